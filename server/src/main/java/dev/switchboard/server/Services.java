package dev.switchboard.server;

import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.PresenceStore;
import org.jspecify.annotations.Nullable;

/**
 * What a server's endpoints share. Immutable; all of it is thread-safe.
 *
 * @param broker keeps the logs
 * @param users knows who is where
 * @param restrictions what operators have forbidden
 * @param orders carries out what operators order
 * @param time the clocks
 * @param audit writes the audit log
 * @param cluster what the server shares with others; null if it is alone
 */
record Services(
    Broker broker,
    PresenceStore users,
    Restrictions restrictions,
    Orders orders,
    Time time,
    AuditLog audit,
    @Nullable Cluster cluster) {
  /** Begins to hear of other servers, after everybody who listens has said so. */
  void startBus() {
    if (cluster != null) {
      cluster.bus().start();
    }
  }

  /** Releases the stores, after the broker was closed. */
  void close() {
    orders.close();
    users.close();
    restrictions.close();
    audit.close();
    if (cluster != null) {
      cluster.close();
    }
  }
}
