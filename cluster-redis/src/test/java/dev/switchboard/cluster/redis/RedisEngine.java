package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.contract.Engine;
import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.Cluster;

/** A real Redis. */
final class RedisEngine implements Engine {
  @Override
  public String url() {
    return RealRedis.uri();
  }

  @Override
  public Cluster open(String url) {
    return RedisCluster.at(url, Level.FAST);
  }

  @Override
  public void killListeners() {
    RealRedis.shared().say("CLIENT KILL TYPE pubsub");
  }

  @Override
  public void killSenders() {
    RealRedis.shared().say("CLIENT KILL TYPE normal"); // and all others
  }
}
