package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.engine.SharedLoops;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many clients in one process cost little, and nothing when they are gone. */
@Tag("A1")
class ManyClientsTest {
  private final Server server = serve(0);

  private static Server serve(int port) {
    return Server.builder()
        .host("127.0.0.1")
        .port(port)
        .endpoint("/ws", Endpoint.of(Talk.class).anyRate())
        .start();
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(SharedLoops.users()).isZero();
    await().untilAsserted(() -> assertThat(threads("switchboard-loop")).isZero());
  }

  private static String uri(int port) {
    return "ws://127.0.0.1:" + port + "/ws";
  }

  private static ClientBuilder<Client<Talk>> options(Duration jitter) {
    return Client.of(Talk.class)
        .connectTimeout(Duration.ofMinutes(1))
        .reconnect(Reconnect.exponential(jitter, jitter));
  }

  private static List<Client<Talk>> connected(int port, int count, Duration jitter) {
    List<Client<Talk>> clients = new ArrayList<>();
    List<CompletableFuture<?>> openings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Client<Talk> client = options(jitter).build(uri(port));
      clients.add(client);
      openings.add(client.connectAsync().toCompletableFuture());
    }
    CompletableFuture.allOf(openings.toArray(CompletableFuture[]::new))
        .orTimeout(120, TimeUnit.SECONDS)
        .join();
    return clients;
  }

  private static long threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .count();
  }

  private static void close(List<Client<Talk>> clients) {
    clients.forEach(Client::forceClose);
  }

  @Test
  void aThousandClientsShareTheirThreads() {
    long before = threads("");
    List<Client<Talk>> clients = connected(server.port(), 1_000, Duration.ofSeconds(1));
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    assertThat(threads("switchboard-loop")).isLessThanOrEqualTo(2L * loops + 2); // and the server's
    assertThat(threads("")).isLessThan(before + 30);
    close(clients);
  }

  @Test
  void aClosedClientLeavesNothingBehindEvenIfItWasNeverConnected() {
    List<WeakReference<?>> gone = new ArrayList<>();
    try (Client<Talk> other = options(Duration.ofSeconds(1)).build(uri(server.port()))) {
      other.connect(); // it keeps the loops alive all the time
      gone.addAll(used(true)); // what is made for the first and kept for all
      long sockets = sockets();
      long threads = threads("switchboard");
      for (int i = 0; i < 20; i++) {
        gone.addAll(used(i % 2 == 0));
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            System.gc();
            assertThat(gone).allMatch(reference -> reference.get() == null);
            assertThat(sockets()).as("sockets").isLessThanOrEqualTo(sockets);
            assertThat(threads("switchboard"))
                .as("threads: %s", Thread.getAllStackTraces().keySet())
                .isLessThanOrEqualTo(threads);
          });
      assertThat(other.isConnected()).isTrue();
    }
  }

  /** How many sockets this process has open; 0 where nobody says. */
  private static long sockets() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(ManyClientsTest::isSocket).count();
    } catch (IOException notLinux) {
      return 0;
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  /** Uses a client with timers, handlers and a queue; what must not be reachable any more. */
  private List<WeakReference<?>> used(boolean connect) {
    Client<Talk> client =
        options(Duration.ofHours(1))
            .performanceMetrics(Duration.ofHours(1))
            .queueAge(Duration.ofHours(1))
            .batching(10, Duration.ofHours(1))
            .build(uri(server.port()));
    List<String> heard = new ArrayList<>();
    client.on(event -> heard.add(event.type()));
    client.events(event -> heard.add(event.toString()));
    if (connect) {
      client.connect();
    }
    CompletionStage<Receipt> unused = client.everyone().publishAsync(new Talk.Said("waits"));
    assertThat(client.messages()).isNotNull();
    client.close();
    return List.of(
        new WeakReference<>(client),
        new WeakReference<>(client.engine),
        new WeakReference<>(heard));
  }

  @Test
  @Tag("A8")
  void aStormOfReconnectsIsSpreadOverTheJitterWindow() throws Exception {
    storm(200, Duration.ofSeconds(2));
  }

  @Test
  @Tag("A8")
  @Tag("slow")
  void aStormOfTwoThousandIsSpreadToo() throws Exception {
    storm(2_000, Duration.ofSeconds(10));
  }

  private void storm(int count, Duration window) throws Exception {
    Process first = serving(0);
    int port = Integer.parseInt(first.inputReader().readLine());
    List<Client<Talk>> clients = connected(port, count, window);
    ConcurrentLinkedQueue<Long> attempts = new ConcurrentLinkedQueue<>();
    AtomicInteger back = new AtomicInteger();
    for (Client<Talk> client : clients) {
      client.events(
          ClientEvent.ReconnectAttempt.class,
          attempt -> {
            if (attempt.attempt() == 1) {
              attempts.add(System.nanoTime());
            }
          });
      client.events(ClientEvent.ReconnectSuccess.class, success -> back.incrementAndGet());
    }
    long began = System.nanoTime();
    first.destroyForcibly().waitFor();
    Process second = serving(port);
    AtomicLong most = new AtomicLong();
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          most.accumulateAndGet(threads(""), Math::max);
          return back.get() >= count;
        });
    double took = (System.nanoTime() - began) / 1e9;
    int[] spread = tenths(attempts, began, window);
    System.out.printf(
        "storm: %d clients, window %s: all back %.1f s after the server was killed;"
            + " first attempts by tenths of the window %s; at most %d platform threads%n",
        count, window, took, Arrays.toString(spread), most.get());
    assertThat(clients).allMatch(Client::isConnected);
    assertThat(attempts).hasSize(count);
    assertThat(Arrays.stream(spread).boxed()).allMatch(tenth -> tenth > 0 && tenth < count / 4);
    assertThat(most.get()).isLessThan(100);
    close(clients);
    second.destroyForcibly().waitFor();
  }

  /** How many came in each tenth of the window. */
  private static int[] tenths(Collection<Long> attempts, long began, Duration window) {
    int[] spread = new int[10];
    for (long at : attempts) {
      long place = (at - began) * spread.length / window.toNanos();
      spread[Math.clamp(place, 0, spread.length - 1)]++;
    }
    return spread;
  }

  private static Process serving(int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
            "-cp",
            System.getProperty("java.class.path"),
            Serving.class.getName(),
            Integer.toString(port))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** The server that is killed. */
  static final class Serving {
    private Serving() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (Server server = serve(Integer.parseInt(arguments[0]))) {
        System.out.println(server.port());
        new CountDownLatch(1).await();
      }
    }
  }
}
