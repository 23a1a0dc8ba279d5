package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.contract.PresenceOverServersContract;

class PresenceOverServersTest extends PresenceOverServersContract {
  PresenceOverServersTest() {
    super(new RedisEngine());
  }
}
