package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.contract.OperatorsContract;

class OperatorsTest extends OperatorsContract {
  OperatorsTest() {
    super(new RedisEngine());
  }
}
