package dev.switchboard.server;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.TypeName;
import dev.switchboard.spi.Retention;
import dev.switchboard.transport.Heartbeat;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A {@link Host} that publishes to room {@code r}: {@code publish RATE MILLIS}, nine of ten
 * messages into the log, the tenth fleeting. It answers with how many, the highest direct memory
 * meanwhile, the live heap in the end, and what was counted of slow readers so far.
 */
final class LoadHost {
  sealed interface Load {
    /** When it was published, by {@link System#nanoTime}, which processes of a machine share. */
    long at();

    @TypeName("chat")
    record Said(long at, String message) implements Load {}

    @Fleeting
    record Cursor(long at, int of) implements Load {}
  }

  private static final int FLEETING_EVERY = 10;
  private static final int CURSORS = 100;

  private final Counted counted = new Counted();
  private final Endpoint<Load> endpoint =
      Endpoint.of(Load.class)
          .clientsMayPublish(Load.class, Addresses.rooms(), Addresses.users())
          .identify(
              request -> Verdict.allow(request.query().getOrDefault("user", List.of("x")).get(0)))
          .heartbeat(new Heartbeat(Duration.ofMinutes(10), Duration.ofMinutes(10)))
          .retention(new Retention(20_000, Duration.ofHours(1)))
          .slowConsumers(Load.Cursor.class, SlowConsumerPolicy.newestPer(Load.Cursor::of));

  public static void main(String[] none) {
    LoadHost host = new LoadHost();
    try (Server server =
            Server.builder().port(0).metrics(host.counted).endpoint("/ws", host.endpoint).start();
        Scanner questions = new Scanner(System.in, StandardCharsets.UTF_8)) {
      System.out.println(server.port());
      while (questions.hasNext("publish")) {
        questions.next();
        host.publish(questions.nextInt(), questions.nextInt())
            .forEach((name, number) -> System.out.println(name + " " + number));
        System.out.println();
      }
    }
  }

  private Map<String, Long> publish(int rate, int millis) {
    long began = System.nanoTime();
    long total = (long) rate * millis / 1_000;
    long peak = 0;
    for (long i = 0; i < total; i++) {
      long due = began + i * 1_000_000_000 / rate;
      for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
        LockSupport.parkNanos(Math.min(due - now, 1_000_000));
      }
      if (i % FLEETING_EVERY == 0) {
        endpoint.room("r").fleeting(new Load.Cursor(System.nanoTime(), (int) (i % CURSORS)));
      } else {
        endpoint.room("r").publish(new Load.Said(System.nanoTime(), "x".repeat(100)));
      }
      if (i % 500 == 0) {
        peak = Math.max(peak, direct());
      }
    }
    Map<String, Long> answer = new TreeMap<>();
    answer.put("published", total - (total + FLEETING_EVERY - 1) / FLEETING_EVERY);
    answer.put("peak direct", peak);
    answer.put("heap", heap());
    counted
        .all()
        .forEach((name, count) -> {
          if (name.startsWith("slow")) {
            answer.put(name, (long) count);
          }
        });
    return answer;
  }

  private static long heap() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  /** What all of Netty's allocators hold, pooled or not. */
  private static long direct() {
    long pooled =
        ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
            ? provider.metric().usedDirectMemory()
            : 0;
    return pooled + UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
  }
}
