package dev.switchboard.history.postgres;

import dev.switchboard.peers.RealPostgres;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.contract.HistoryStoreContract;
import org.junit.jupiter.api.Tag;

@Tag("C5")
@Tag("D2")
class PostgresHistoryContractTest implements HistoryStoreContract {
  private final String url = RealPostgres.url();

  @Override
  public HistoryStore open() {
    return PostgresHistory.open(url);
  }
}
