package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.RestrictionStore;
import dev.switchboard.spi.contract.RestrictionStoreContract;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

@Tag("D4")
@Tag("D5")
class RedisRestrictionsContractTest implements RestrictionStoreContract {
  private final String uri = RealRedis.uri();
  private @Nullable RedisCluster cluster; // the one that was opened last

  @Override
  public RestrictionStore open() {
    cluster = RedisCluster.at(uri, Level.FAST);
    return cluster.restrictions();
  }

  @Override
  public void end(RestrictionStore store) {
    store.close();
    Objects.requireNonNull(cluster).close();
  }
}
