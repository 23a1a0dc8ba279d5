package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.contract.BusContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("D5")
class RedisBusContractTest implements BusContract {
  private final String uri = RealRedis.uri();
  private final List<RedisCluster> clusters = new ArrayList<>();

  @Override
  public Bus open() {
    RedisCluster cluster = RedisCluster.at(uri, Level.FAST);
    clusters.add(cluster);
    return cluster.bus();
  }

  @AfterEach
  void close() {
    clusters.forEach(RedisCluster::close);
  }
}
