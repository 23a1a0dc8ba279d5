package dev.switchboard.history.postgres;

import dev.switchboard.peers.RealPostgres;
import dev.switchboard.spi.RestrictionStore;
import dev.switchboard.spi.contract.RestrictionStoreContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

@Tag("D4")
class PostgresRestrictionsContractTest implements RestrictionStoreContract {
  private final String url = RealPostgres.url();
  private @Nullable PostgresHistory history; // the one that is open

  @Override
  public RestrictionStore open() {
    history = PostgresHistory.open(url);
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
