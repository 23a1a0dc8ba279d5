package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.contract.HistoryStoreContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("C5")
@Tag("D5")
class RedisHistoryContractTest implements HistoryStoreContract {
  private final String uri = RealRedis.uri();
  private final List<RedisCluster> clusters = new ArrayList<>();

  @Override
  public HistoryStore open() {
    RedisCluster cluster = RedisCluster.at(uri, Level.FAST);
    clusters.add(cluster);
    return cluster.history();
  }

  @AfterEach
  void close() {
    clusters.forEach(RedisCluster::close);
  }
}
