package dev.switchboard.server;

import dev.switchboard.server.broker.LocalBroker;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.contract.BrokerContract;
import org.junit.jupiter.api.Tag;

@Tag("D2")
class LocalBrokerContractTest implements BrokerContract {
  @Override
  public Broker open() {
    return new LocalBroker(new MemoryHistory());
  }
}
