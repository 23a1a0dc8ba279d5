package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.history.HistoryException;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.peers.TestCertificates;
import dev.switchboard.spi.Bus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis that speaks TLS only to whoever checks its certificate. */
@Tag("D5")
class RedisTlsTest {
  @TempDir Path folder;

  private final int port = RealRedis.freePort();
  private RealRedis redis;

  @BeforeEach
  void startRedis() throws Exception {
    new TestCertificates(folder).selfSigned("redis", "localhost").selfSigned("other", "localhost");
    redis =
        RealRedis.start(
            "tls-port " + port,
            "tls-cert-file " + folder.resolve("redis.crt"),
            "tls-key-file " + folder.resolve("redis.key"),
            "tls-ca-cert-file " + folder.resolve("redis.crt"),
            "tls-auth-clients no");
  }

  @AfterEach
  void stopRedis() {
    redis.close();
  }

  private RedisCluster open(String host, String trusted) {
    return RedisCluster.builder("rediss://" + host + ":" + port + "/0", Level.FAST)
        .trustedCertificates(folder.resolve(trusted))
        .open();
  }

  private static Bus.Listener noting(List<String> heard) {
    return new Bus.Listener() {
      @Override
      public void received(byte[] message) {
        heard.add(new String(message, StandardCharsets.UTF_8));
      }

      @Override
      public void interrupted() {}

      @Override
      public void restored() {}
    };
  }

  @Test
  void serversThatTrustItsCertificateHearEachOther() {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (RedisCluster one = open("localhost", "redis.crt");
        RedisCluster two = open("localhost", "redis.crt")) {
      two.bus().listen("news", noting(heard));
      two.bus().start();
      one.bus().start();
      one.bus().send("news", "hello".getBytes(StandardCharsets.UTF_8));
      await().untilAsserted(() -> assertThat(heard).containsExactly("hello"));
      one.history().append(List.of(RedisClusterTest.publication("a", 1)));
      assertThat(two.history().head(RedisClusterTest.ROOM).seq()).isEqualTo(1);
    }
  }

  @Test
  void aCertificateThatIsNotTrustedOrOfAnotherHostIsRefused() throws Exception {
    assertRefused("localhost", "other.crt", "unable to find valid certification path");
    assertRefused("127.0.0.1", "redis.crt", "No subject alternative names");
    Files.writeString(folder.resolve("empty.crt"), "");
    for (String wrong : List.of("missing.crt", "empty.crt", "redis.key")) {
      assertThatThrownBy(() -> open("localhost", wrong))
          .isInstanceOf(HistoryException.class)
          .hasMessage(
              "Redis: trusted certificates: "
                  + folder.resolve(wrong)
                  + " (expected: a readable PEM file with some)");
    }
  }

  private void assertRefused(String host, String trusted, String why) {
    assertThatThrownBy(() -> open(host, trusted))
        .isInstanceOf(HistoryException.class)
        .hasMessageContaining("Redis: open failed: ")
        .hasMessageContaining(why);
  }
}
