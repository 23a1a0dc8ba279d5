package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.contract.PresenceStoreContract;
import org.junit.jupiter.api.Tag;

@Tag("D5")
class PostgresPresenceContractTest implements PresenceStoreContract {
  private final String url = RealPostgres.url();

  @Override
  public PresenceStore open() {
    return PresenceNodes.open(url, url, LeasedPresence.LEASE);
  }
}
