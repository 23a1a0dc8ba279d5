package dev.switchboard.history.sqlite;

import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.contract.BrokerContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** With a store that blocks, the broker commits on a thread of its own. */
@Tag("D2")
class StoreBrokerOnDiskContractTest implements BrokerContract {
  @TempDir Path folder;

  @Override
  public Broker open() {
    return new StoreBroker(SqliteHistory.open(folder));
  }
}
