package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.contract.OperatorsContract;

class OperatorsTest extends OperatorsContract {
  OperatorsTest() {
    super(new PostgresEngine());
  }
}
