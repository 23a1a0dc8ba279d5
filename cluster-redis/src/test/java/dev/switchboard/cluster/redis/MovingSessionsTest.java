package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.contract.MovingSessionsContract;

class MovingSessionsTest extends MovingSessionsContract {
  MovingSessionsTest() {
    super(new RedisEngine());
  }
}
