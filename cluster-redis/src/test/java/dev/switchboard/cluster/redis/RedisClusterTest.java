package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.history.HistoryException;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How Redis must be configured, and what becomes of a full one. */
@Tag("D5")
class RedisClusterTest {
  static final LogKey ROOM = new LogKey("/ws", Address.room("r"));

  private static void assertRefused(RealRedis redis, Level level, String message) {
    assertThatThrownBy(() -> RedisCluster.at(redis.uri(0), level))
        .isInstanceOf(HistoryException.class)
        .hasMessage(message);
  }

  @Test
  void whatTheLevelDemandsIsCheckedAtTheStart() {
    try (RealRedis redis = RealRedis.start()) {
      assertRefused(redis, Level.FLUSHED, "Redis: appendfsync: everysec (expected: always)");
      assertRefused(redis, Level.REPLICATED, "Redis: connected_slaves: 0 (expected: 1 or more)");
      redis.say("CONFIG SET maxmemory-policy allkeys-lru");
      assertRefused(
          redis, Level.FAST, "Redis: maxmemory-policy: allkeys-lru (expected: noeviction)");
      redis.say("CONFIG SET maxmemory-policy noeviction");
      redis.say("CONFIG SET appendonly no");
      assertRefused(redis, Level.FAST, "Redis: appendonly: no (expected: yes)");
      redis.say("CONFIG SET appendonly yes");
      redis.say("CONFIG SET appendfsync always");
      RedisCluster.at(redis.uri(0), Level.FLUSHED).close();
      redis.say("REPLICAOF 127.0.0.1 1");
      assertRefused(redis, Level.FAST, "Redis: role: slave (expected: master)");
    }
  }

  @Test
  void noFailureShowsThePassword() {
    try (RealRedis redis = RealRedis.start("requirepass p4ssword")) {
      String uri = "redis://:p4ssword@127.0.0.1:" + redis.port();
      RedisCluster.at(uri, Level.FAST).close();
      redis.kill();
      for (String wrong :
          List.of(
              uri,
              "redis://:p4ssword@ 127.0.0.1",
              "http://:p4ssword@127.0.0.1",
              "rediss://:p4ssword@127.0.0.1:" + redis.port())) {
        assertThatThrownBy(() -> RedisCluster.at(wrong, Level.FAST))
            .isInstanceOf(HistoryException.class)
            .satisfies(failure -> {
              for (Throwable one = failure; one != null; one = one.getCause()) {
                assertThat(String.valueOf(one)).doesNotContain("p4ssword");
              }
            });
      }
      redis.restart();
      String guessed = "redis://:wr0ng@127.0.0.1:" + redis.port();
      assertThatThrownBy(() -> RedisCluster.at(guessed, Level.FAST))
          .isInstanceOf(HistoryException.class)
          .hasMessageContaining("WRONGPASS")
          .hasMessageNotContaining("wr0ng");
    }
  }

  @Test
  void redisShowsTheNameOfAServerWithEachOfItsConnections() {
    try (RealRedis redis = RealRedis.start();
        RedisCluster named = RedisCluster.builder(redis.uri(0), Level.FAST).node("web-1").open();
        RedisCluster unnamed = RedisCluster.at(redis.uri(0), Level.FAST)) {
      assertThat(named.history().heads(List.of(ROOM))).hasSize(1);
      assertThat(unnamed.history().heads(List.of(ROOM))).hasSize(1);
      List<String> clients =
          redis.say("CLIENT LIST").lines().filter(line -> line.contains(" name=switch")).toList();
      assertThat(clients).filteredOn(line -> line.contains("@web-1 ")).isNotEmpty();
      assertThat(clients).filteredOn(line -> !line.contains("@")).isNotEmpty();
    }
    assertThatThrownBy(() -> RedisCluster.builder("redis://localhost", Level.FAST).node("web 1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("node: web 1 (expected: 1-40 letters, digits, '.', '_' or '-')");
  }

  static Publication publication(String id, int bytes) {
    return new Publication(
        ROOM,
        "chat",
        "ann",
        id,
        System.currentTimeMillis(),
        new byte[bytes],
        false,
        null,
        Retention.DEFAULT);
  }

  @Test
  void whatIsFullRefusesAndSaysWhy() {
    String uri = RealRedis.uri();
    try (RedisCluster cluster = RedisCluster.builder(uri, Level.FAST).maxBytes(100).open()) {
      HistoryStore history = cluster.history();
      history.append(List.of(publication("a", 60)));
      history.append(List.of(publication("b", 60)));
      assertUnavailable(history, "the history is full: 120 bytes (expected: fewer)");
      assertThat(history.after(ROOM, 0, 9, 1_000).entries()).hasSize(2);
    }
    try (RealRedis redis = RealRedis.start();
        RedisCluster cluster = RedisCluster.at(redis.uri(0), Level.FAST)) {
      HistoryStore history = cluster.history();
      history.append(List.of(publication("a", 60)));
      redis.say("CONFIG SET maxmemory 1mb");
      assertUnavailable(history, "Redis is full (expected: a higher maxmemory)");
      assertThat(history.after(ROOM, 0, 9, 1_000).entries()).hasSize(1);
      redis.say("CONFIG SET maxmemory 0");
      assertThat(history.append(List.of(publication("b", 60)))).hasSize(1);
    }
  }

  private static void assertUnavailable(HistoryStore history, String why) {
    assertThatThrownBy(() -> history.append(List.of(publication("late", 1))))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageContaining(why);
  }
}
