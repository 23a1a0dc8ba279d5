package dev.switchboard.server;

import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.contract.BrokerContract;
import org.junit.jupiter.api.Tag;

@Tag("D2")
class StoreBrokerContractTest implements BrokerContract {
  @Override
  public Broker open() {
    return new StoreBroker(new MemoryHistory());
  }
}
