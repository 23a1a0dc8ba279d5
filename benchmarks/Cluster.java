import dev.switchboard.client.Client;
import dev.switchboard.cluster.postgres.PostgresCluster;
import dev.switchboard.cluster.redis.RedisCluster;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The time from publish to delivery, on the same server and on another one, with one PostgreSQL database or Redis:
 * URL [RATE [SECONDS]]. For Redis, the property "level" is that of RedisCluster, FLUSHED by default.
 * Publisher, servers and receivers are in one process, so that there is one clock.
 */
public class Cluster {
  sealed interface Talk {
    record Said(int index, long nanos) implements Talk {}
  }

  public static void main(String[] arguments) throws Exception {
    int rate = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
    int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 20;
    try (Server one = server(arguments[0]);
        Server other = server(arguments[0]);
        Client<Talk> publisher = client(one, "publisher");
        Client<Talk> near = client(one, "near");
        Client<Talk> far = client(other, "far")) {
      measure("warm-up", publisher, near, far, rate, 5);
      measure(rate + " messages/s", publisher, near, far, rate, seconds);
    }
  }

  private static dev.switchboard.spi.Cluster cluster(String url) {
    return url.startsWith("redis")
        ? RedisCluster.at(url, RedisCluster.Level.valueOf(System.getProperty("level", "FLUSHED")))
        : PostgresCluster.at(url);
  }

  private static Server server(String url) {
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .identify(request -> Verdict.allow(request.query().get("user").get(0)))
            .clientsMayPublish(Talk.class, Addresses.rooms())
            .anyRate();
    return Server.builder().port(0).cluster(cluster(url)).endpoint("/ws", endpoint).start();
  }

  private static Client<Talk> client(Server server, String user) {
    Client<Talk> client = Client.of(Talk.class).build("ws://127.0.0.1:" + server.port() + "/ws?user=" + user);
    client.connect();
    client.join("r");
    return client;
  }

  private static void measure(
      String name, Client<Talk> publisher, Client<Talk> near, Client<Talk> far, int rate, int seconds) throws Exception {
    int count = rate * seconds;
    CountDownLatch missing = new CountDownLatch(2 * count);
    long[] nearNanos = new long[count];
    long[] farNanos = new long[count];
    try (var hearNear = heard(near, nearNanos, missing);
        var hearFar = heard(far, farNanos, missing)) {
      AtomicInteger refused = new AtomicInteger();
      var room = publisher.join("r");
      long cpu = cpuNanos();
      long next = System.nanoTime();
      for (int i = 0; i < count; i++) {
        room.publishAsync(new Talk.Said(i, System.nanoTime())).exceptionally(failure -> {
          refused.incrementAndGet();
          return null;
        });
        next += Duration.ofSeconds(1).toNanos() / rate;
        LockSupport.parkNanos(next - System.nanoTime());
      }
      missing.await();
      System.out.printf(
          "%s: same server %s, other server %s, %d µs of CPU per delivery, %d refused%n",
          name, spread(nearNanos), spread(farNanos), (cpuNanos() - cpu) / 2_000 / count, refused.get());
    }
  }

  private static AutoCloseable heard(Client<Talk> client, long[] nanos, CountDownLatch missing) {
    var subscription = client.on(Talk.Said.class, event -> {
      nanos[event.message().index()] = System.nanoTime() - event.message().nanos();
      missing.countDown();
    });
    return subscription::close;
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  private static String spread(long[] nanos) {
    Arrays.sort(nanos);
    return String.format("p50 %.2f ms, p99 %.2f ms", nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
  }
}
