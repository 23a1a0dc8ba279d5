package dev.switchboard.history.sqlite;

import dev.switchboard.spi.RestrictionStore;
import dev.switchboard.spi.contract.RestrictionStoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("D4")
class SqliteRestrictionsContractTest implements RestrictionStoreContract {
  @TempDir Path folder;
  private @Nullable SqliteHistory history; // the one that is open

  @Override
  public RestrictionStore open() {
    history = SqliteHistory.open(folder);
    return history.restrictions();
  }

  @Override
  public void end(RestrictionStore store) {
    store.close();
    if (history != null) {
      history.close();
    }
  }
}
