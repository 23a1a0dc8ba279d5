package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.contract.Engine;
import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.Cluster;

/** A Redis of one test, which may be killed, paused, and given older files. */
final class OwnRedis implements Engine, AutoCloseable {
  final RealRedis redis;
  private final Level level;

  OwnRedis(Level level) {
    this.level = level;
    this.redis = level == Level.FLUSHED ? RealRedis.start("appendfsync always") : RealRedis.start();
  }

  @Override
  public String url() {
    return redis.uri(0);
  }

  @Override
  public Cluster open(String url) {
    return RedisCluster.at(url, level);
  }

  @Override
  public void killListeners() {
    redis.say("CLIENT KILL TYPE pubsub");
  }

  @Override
  public void killSenders() {
    redis.say("CLIENT KILL TYPE normal");
  }

  @Override
  public void close() {
    redis.close();
  }
}
