package dev.switchboard.server;

import dev.switchboard.server.identity.AuditLog;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.Time;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.PresenceStore;

/**
 * What a server's endpoints share. Immutable; all of it is thread-safe.
 *
 * @param broker keeps the logs
 * @param users knows who is where
 * @param restrictions what operators have forbidden
 * @param orders carries out what operators order
 * @param time the clocks
 * @param audit writes the audit log
 */
record Services(
    Broker broker,
    PresenceStore users,
    Restrictions restrictions,
    Orders orders,
    Time time,
    AuditLog audit) {
  /** Releases the stores, after the broker was closed. */
  void close() {
    users.close();
    restrictions.close();
    audit.close();
  }
}
