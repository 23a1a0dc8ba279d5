package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.contract.PresenceOverServersContract;

class PresenceOverServersTest extends PresenceOverServersContract {
  PresenceOverServersTest() {
    super(new PostgresEngine());
  }
}
