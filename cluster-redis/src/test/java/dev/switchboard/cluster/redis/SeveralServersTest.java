package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.contract.SeveralServersContract;

class SeveralServersTest extends SeveralServersContract {
  SeveralServersTest() {
    super(new RedisEngine());
  }
}
