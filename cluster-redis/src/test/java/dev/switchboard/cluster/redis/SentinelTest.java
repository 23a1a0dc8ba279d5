package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.contract.Engine;
import dev.switchboard.cluster.contract.Member;
import dev.switchboard.cluster.contract.Servers;
import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.spi.Cluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A master that dies, and a replica that Sentinel makes the master. */
@Tag("slow")
@Tag("D5")
class SentinelTest extends Servers {
  private final Group group;

  /** A master, two replicas, and a Sentinel. */
  private static final class Group implements Engine, AutoCloseable {
    final RealRedis master = RealRedis.start();
    final List<RealRedis> replicas =
        List.of(RealRedis.replicaOf(master), RealRedis.replicaOf(master));
    final RealRedis sentinel;

    Group() {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> master.say("INFO replication").split("state=online", -1).length == 3);
      sentinel = RealRedis.sentinelOf(master, "main");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> sentinel.say("INFO sentinel").contains("slaves=2"));
    }

    @Override
    public String url() {
      return "redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#main";
    }

    @Override
    public Cluster open(String url) {
      return RedisCluster.at(url, Level.REPLICATED);
    }

    @Override
    public void killListeners() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void killSenders() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      sentinel.close();
      replicas.forEach(RealRedis::close);
      master.close();
    }
  }

  SentinelTest() {
    super(new Group());
    group = close.later((Group) engine);
  }

  @Test
  void whatWasAcknowledgedIsThereAfterAReplicaHasTakenOver() throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    Talker talker = new Talker(ann);
    talker.talkDuring(() -> {
      talker.awaitMore(100);
      group.master.kill();
      talker.awaitRefusal();
      talker.awaitMore(100);
    });
    talker.expectAll(bob, ann);
    assertThat(talker.acknowledged()).hasSizeGreaterThan(200);
  }
}
