package dev.switchboard.history.sqlite;

import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.contract.HistoryStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("C5")
@Tag("D2")
class SqliteHistoryContractTest implements HistoryStoreContract {
  @TempDir Path folder;

  @Override
  public HistoryStore open() {
    return SqliteHistory.open(folder);
  }
}
