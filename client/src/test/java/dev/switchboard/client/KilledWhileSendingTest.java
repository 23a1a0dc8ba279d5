package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The death of a sending process, as it comes: by SIGKILL, at random places, round after round. */
@Tag("slow")
@Tag("A18")
class KilledWhileSendingTest {
  private static final int ROUNDS = 20;

  @TempDir Path folder;

  @Test
  void whatIsInTheOutboxArrivesOnceAndInOrder() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("KilledWhileSendingTest: -Dseed=" + seed);
    Random random = new Random(seed);
    List<Integer> enqueued = new ArrayList<>();
    List<String> heard = new CopyOnWriteArrayList<>();
    try (Server server = serve();
        Client<Talk> bob = Client.of(Talk.class).connect(uri(server.port(), "bob"))) {
      bob.on(Talk.Said.class, event -> heard.add(event.message().message()));
      bob.join("general");
      for (int round = 0; round < ROUNDS; round++) {
        enqueued.add(sendUntilKilled(server.port(), round, random));
      }
      try (Client<Talk> ann = client(uri(server.port(), "ann"), folder.resolve("outbox"))) {
        ann.connect();
        ann.join("general");
        await().atMost(Duration.ofSeconds(30)).until(() -> ann.queueStatus().size() == 0);
        ann.everyone().publish(new Talk.Said("end"));
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> heard.contains("end"));
    }
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      int prefix = round;
      int arrived = (int) heard.stream().filter(each -> each.startsWith(prefix + ":")).count();
      assertThat(arrived).as("round %d", round).isGreaterThanOrEqualTo(enqueued.get(round));
      for (int i = 0; i < arrived; i++) {
        expected.add(round + ":" + i);
      }
    }
    expected.add("end");
    assertThat(heard).isEqualTo(expected);
    System.out.println("KilledWhileSendingTest: " + heard.size() + " arrived once, in order");
  }

  private static Server serve() {
    return Server.builder()
        .host("127.0.0.1")
        .port(0)
        .endpoint(
            "/ws",
            Endpoint.of(Talk.class)
                .clientsMayPublish(
                    Talk.class, Addresses.rooms(), Addresses.users(), Addresses.everyone())
                .identify(request ->
                    Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0))))
        .start();
  }

  private static String uri(int port, String user) {
    return "ws://127.0.0.1:" + port + "/ws?user=" + user;
  }

  private static Client<Talk> client(String uri, Path outbox) {
    return Client.of(Talk.class)
        .outbox(Outbox.file(outbox))
        .whenQueueFull(WhenFull.BLOCK)
        .queue(500, 1_000_000)
        .build(uri);
  }

  /** Starts a sender and kills it; how many messages it said were in its outbox. */
  private int sendUntilKilled(int port, int round, Random random) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Sending.class.getName(),
                uri(port, "ann"),
                folder.resolve("outbox").toString(),
                Integer.toString(round))
            .redirectErrorStream(true)
            .start();
    int lines = 0;
    List<String> other = new ArrayList<>();
    try (BufferedReader out = child.inputReader()) {
      int enough = 1 + random.nextInt(400);
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.equals("in " + lines)) {
          if (++lines == enough) {
            child.destroyForcibly();
          }
        } else {
          other.add(line);
        }
      }
    } catch (IOException closed) {
      assertThat(lines).as("the end of its output is its death").isPositive();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(lines).as(other.toString()).isPositive();
    return lines;
  }

  /** The process that is killed: says after each message that it is in the outbox. */
  static final class Sending {
    private Sending() {}

    public static void main(String[] arguments) {
      try (Client<Talk> client = client(arguments[0], Path.of(arguments[1]))) {
        client.connect();
        Room<Talk> general = client.join("general");
        for (int i = 0; ; i++) {
          general.enqueue(new Talk.Said(arguments[2] + ":" + i));
          System.out.println("in " + i);
        }
      }
    }
  }
}
