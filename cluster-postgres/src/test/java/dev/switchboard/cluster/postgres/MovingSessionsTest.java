package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.contract.MovingSessionsContract;

class MovingSessionsTest extends MovingSessionsContract {
  MovingSessionsTest() {
    super(new PostgresEngine());
  }
}
