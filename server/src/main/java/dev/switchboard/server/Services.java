package dev.switchboard.server;

import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.presence.MemoryLastSeen;
import dev.switchboard.server.session.SessionClaims;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.TransactionalMessages;
import org.jspecify.annotations.Nullable;

/**
 * What a server's endpoints share. Immutable; all of it is thread-safe.
 *
 * @param broker keeps the logs
 * @param users knows who is where
 * @param orders carries out what operators order
 * @param claims moves sessions between servers
 * @param time the clocks
 * @param audit writes the audit log
 * @param cluster what the server shares with others; null if it is alone
 */
record Services(
    Broker broker,
    PresenceStore users,
    Orders orders,
    SessionClaims claims,
    Time time,
    AuditLog audit,
    @Nullable Cluster cluster) {
  /** Returns what operators have forbidden. */
  Restrictions restrictions() {
    return orders.restrictions();
  }

  /** Returns what remembers when users were last seen: so many of them, if the server is alone. */
  LastSeen lastSeen(int remembered) {
    LastSeen shared = cluster == null ? null : cluster.lastSeen();
    return shared != null ? shared : new MemoryLastSeen(remembered);
  }

  /** Begins to hear of other servers, after everybody who listens has said so. */
  void startBus() {
    if (cluster != null) {
      cluster.bus().start();
    }
  }

  /** Begins to publish what transactions leave, after everything else has started. */
  void startTransactions(TransactionalMessages.Publisher publisher) {
    TransactionalMessages messages = transactionalMessages();
    if (messages != null) {
      messages.start(publisher);
    }
  }

  /** Leaves to others what transactions leave, before the broker is closed. */
  void stopTransactions() {
    TransactionalMessages messages = transactionalMessages();
    if (messages != null) {
      messages.close();
    }
  }

  private @Nullable TransactionalMessages transactionalMessages() {
    return cluster == null ? null : cluster.transactionalMessages();
  }

  /** Releases the stores, after the broker was closed. */
  void close() {
    orders.close();
    users.close();
    restrictions().close();
    audit.close();
    if (cluster != null) {
      cluster.close();
    }
  }
}
