package dev.switchboard.cluster.redis;

import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.contract.Member;
import dev.switchboard.cluster.contract.Servers;
import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.server.Server;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens while Redis is dead or stands still, and afterwards. */
@Tag("D5")
class RedisFailuresTest extends Servers {
  private static final Duration LONG = Duration.ofSeconds(40);

  private final OwnRedis own;

  RedisFailuresTest() {
    super(new OwnRedis(Level.FLUSHED));
    own = close.later((OwnRedis) engine);
  }

  @Test
  void redisThatIsKilledAndStartedAgainLosesNothingThatWasAcknowledged() throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    Talker talker = new Talker(ann);
    talker.talkDuring(() -> {
      for (int round = 0; round < 3; round++) {
        talker.awaitMore(50);
        own.redis.kill();
        talker.awaitRefusal();
        own.redis.restart();
        talker.awaitMore(50);
      }
    });
    talker.expectAll(bob, ann);
  }

  @Test
  void whileRedisStandsStillPublishingIsRefusedAndFleetingGoesOnLocally() throws Exception {
    Server one = server();
    Member ann = member("ann", one);
    Member near = member("near", one);
    Member far = member("far", server());
    Talker talker = new Talker(ann);
    talker.talkDuring(() -> {
      talker.awaitMore(20);
      own.redis.pause();
      near.room.fleeting(new Talk.Typing("still here"));
      await().until(() -> ann.typing.contains("still here"));
      talker.awaitRefusal();
      own.redis.resume();
      talker.awaitMore(20);
    });
    talker.expectAll(far, near, ann);
    await()
        .atMost(LONG)
        .until(() -> {
          near.room.fleeting(new Talk.Typing("to the other server"));
          return far.typing.contains("to the other server");
        });
  }
}
