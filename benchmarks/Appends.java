import dev.switchboard.cluster.postgres.PostgresCluster;
import dev.switchboard.cluster.redis.RedisCluster;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How many messages a store takes in a second, in batches as a busy server commits them: URL [BATCH [SECONDS]]. Each
 * message has 100 bytes and goes to one of 50 rooms. For Redis, the property "level" is that of RedisCluster.
 */
public class Appends {
  private static final byte[] DATA = ("{\"text\":\"" + "x".repeat(89) + "\"}").getBytes(StandardCharsets.UTF_8);

  private static long number;

  public static void main(String[] arguments) {
    int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 512;
    int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
    try (Cluster cluster = cluster(arguments[0])) {
      run(cluster.history(), batch, 3);
      System.out.printf("batches of %d: %,d messages/s%n", batch, run(cluster.history(), batch, seconds));
    }
  }

  private static Cluster cluster(String url) {
    return url.startsWith("redis")
        ? RedisCluster.at(url, RedisCluster.Level.valueOf(System.getProperty("level", "FLUSHED")))
        : PostgresCluster.at(url);
  }

  private static long run(HistoryStore store, int batch, int seconds) {
    long begin = System.nanoTime();
    long until = begin + Duration.ofSeconds(seconds).toNanos();
    long appended = 0;
    while (System.nanoTime() < until) {
      store.append(batch(batch));
      appended += batch;
    }
    return appended * 1_000_000_000 / (System.nanoTime() - begin);
  }

  private static List<Publication> batch(int size) {
    List<Publication> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      LogKey log = new LogKey("/bench", Address.room("r" + number % 50));
      batch.add(
          new Publication(
              log, "said", "ann", "m" + System.nanoTime() + "-" + number++, System.currentTimeMillis(), Payload.of(DATA), false, null,
              new Retention(1_000, Duration.ofHours(1))));
    }
    return batch;
  }
}
