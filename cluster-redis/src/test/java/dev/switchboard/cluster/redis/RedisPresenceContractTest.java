package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.contract.PresenceStoreContract;
import org.junit.jupiter.api.Tag;

@Tag("D5")
class RedisPresenceContractTest implements PresenceStoreContract {
  private final String uri = RealRedis.uri();

  @Override
  public PresenceStore open() {
    return PresenceNodes.open(uri, uri, LeasedPresence.LEASE);
  }
}
