package dev.switchboard.spi.contract;

import dev.switchboard.server.MemoryHistory;
import dev.switchboard.spi.HistoryStore;
import org.junit.jupiter.api.Tag;

@Tag("D2")
class MemoryHistoryContractTest implements HistoryStoreContract {
  @Override
  public HistoryStore open() {
    return new MemoryHistory();
  }

  @Override
  public boolean persistent() {
    return false;
  }
}
