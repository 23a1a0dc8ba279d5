package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.RealRedis;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.BindCodes;
import dev.switchboard.spi.contract.BindCodesContract;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D5")
class RedisBindCodesTest implements BindCodesContract {
  private final String uri = RealRedis.uri();
  private final TcpProxy network = TcpProxy.toDatabase(uri);
  private final RedisServer server = RedisServer.at(network.through(uri), null, null);
  private final RedisStore redis = new RedisStore(server, 0);

  @AfterEach
  void close() {
    redis.close();
    server.close();
    network.close();
  }

  @Override
  public BindCodes open() {
    return new RedisBindCodes(redis);
  }

  @Test
  void tooManyUnusedCodesAreRefusedUntilSomeExpireOrAreTaken() {
    Instant[] now = {Instant.ofEpochSecond(1_000)};
    InstantSource clock = () -> now[0];
    AuthenticatedUser ann = AuthenticatedUser.of("ann");
    try (BindCodes store = new RedisBindCodes(redis, clock, 2)) {
      store.put(hash(1), ann, now[0].plusSeconds(60));
      store.put(hash(2), ann, now[0].plusSeconds(90));
      assertUnavailable(() -> store.put(hash(3), ann, now[0].plusSeconds(60)));
      assertThat(store.take(hash(2))).isPresent();
      store.put(hash(4), ann, now[0].plusSeconds(90));
      now[0] = now[0].plusSeconds(61);
      store.put(hash(5), ann, now[0].plusSeconds(60));
      long users = redis.read(commands -> commands.hlen(Keys.CODE_USERS));
      assertThat(users).as("without the expired one").isEqualTo(2);
      assertThat(store.take(hash(1))).isEmpty();
      assertThat(store.take(hash(4))).isPresent();
    }
  }

  @Test
  void everyStringOfAClaimComesBack() {
    AuthenticatedUser ann =
        AuthenticatedUser.of("ann").withClaims(Map.of("text", "\0 \uD83D \uD83D\uDE00 é \" \\ \n"));
    try (BindCodes store = open()) {
      store.put(HASH, ann, Instant.now().plusSeconds(60));
      assertThat(store.take(HASH)).contains(ann);
    }
  }

  @Test
  void aRestartOfRedisForgetsAllCodes() {
    try (RealRedis own = RealRedis.start();
        RedisServer there = RedisServer.at(own.uri(0), null, null);
        RedisStore store = new RedisStore(there, 0);
        BindCodes codes = new RedisBindCodes(store)) {
      codes.put(HASH, AuthenticatedUser.of("ann"), Instant.now().plusSeconds(60));
      own.kill();
      own.restart();
      await().ignoreExceptions().untilAsserted(() -> assertThat(codes.take(HASH)).isEmpty());
      codes.put(HASH, AuthenticatedUser.of("bob"), Instant.now().plusSeconds(60));
      assertThat(codes.take(HASH)).contains(AuthenticatedUser.of("bob"));
    }
  }

  @Test
  void withoutRedisEverythingIsUnavailable() {
    try (BindCodes store = open()) {
      network.cut();
      assertUnavailable(() -> store.take(HASH));
      assertUnavailable(() -> store.put(HASH, AuthenticatedUser.of("ann"), Instant.now()));
    }
  }

  private static void assertUnavailable(Runnable call) {
    assertThatThrownBy(call::run)
        .asInstanceOf(InstanceOfAssertFactories.type(RefusedException.class))
        .extracting(RefusedException::code)
        .isEqualTo(ErrorCode.UNAVAILABLE);
  }

  private static String hash(int number) {
    return String.format("%064x", number);
  }
}
