package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.contract.PresenceFailuresContract;
import dev.switchboard.cluster.contract.PresenceNode;
import dev.switchboard.cluster.contract.Told;
import dev.switchboard.cluster.contract.Waiting;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.protocol.Address;
import dev.switchboard.spi.LogKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisPresenceTest extends PresenceFailuresContract {
  RedisPresenceTest() {
    super(new RedisEngine());
  }

  @Override
  protected PresenceNode open(String calls, String notifications, Duration lease) {
    return PresenceNodes.open(calls, notifications, lease);
  }

  @Test
  void whoWasForgottenInACrashIsThereAgainAndNobodyIsToldToHaveLeft() throws Exception {
    LogKey room = new LogKey("/ws", Address.room("general"));
    Told told = new Told(room);
    try (RealRedis redis = RealRedis.start();
        PresenceNode one = PresenceNodes.open(redis.uri(0), redis.uri(0), LeasedPresence.LEASE);
        PresenceNode other = PresenceNodes.open(redis.uri(0), redis.uri(0), LeasedPresence.LEASE)) {
      one.watch(told);
      other.watch(new Told(room));
      Waiting.get(one.enter(room, "ann"));
      Waiting.get(other.enter(room, "bob"));
      told.expect("+ann 1", "+bob 2");
      redis.say("DEL \"switchboard:place:{/ws\\nroom\\ngeneral}:leases\"");
      redis.kill();
      redis.restart();
      Waiting.until(() -> Waiting.get(one.has(room, "bob")) && Waiting.get(one.has(room, "ann")));
      assertThat(Waiting.get(one.has(room, "bob"))).isTrue();
      Waiting.get(other.enter(room, "carl"));
      told.expect("+ann 1", "+bob 2", "+carl 3");
    }
  }

  @Override
  protected void crash(String address) {
    RealRedis redis = RealRedis.shared();
    redis.say("FLUSHALL");
    redis.say("CLIENT KILL TYPE pubsub");
    redis.say("CLIENT KILL TYPE normal");
  }
}
