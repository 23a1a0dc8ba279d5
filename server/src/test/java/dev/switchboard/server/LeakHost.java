package dev.switchboard.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.switchboard.leaks.LeakRecorder;
import dev.switchboard.spi.Retention;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A process with a raw and a typed endpoint that tells what it holds: prints its port, then answers
 * each line of standard input, {@code held} with the registries, {@code measure} with all of the
 * process, as lines of a name and a number up to an empty one.
 */
final class LeakHost {
  private static final Endpoint<Talk> TYPED =
      Talk.endpoint()
          .sessionTimeout(Duration.ofSeconds(1))
          .presenceGrace(Duration.ofMillis(300))
          .lastSeenOf(100)
          .retention(new Retention(50, Duration.ofHours(1)));
  private static final RawEndpoint RAW =
      RawEndpoint.create().onText((peer, text) -> peer.send(text)).maxPendingBytes(64 << 10);

  private LeakHost() {}

  public static void main(String[] none) throws JMException, InterruptedException {
    LeakRecorder.install();
    try (Server server =
            Server.builder().port(0).endpoint("/ws", TYPED).endpoint("/raw", RAW).start();
        Scanner questions = new Scanner(System.in, StandardCharsets.UTF_8)) {
      System.out.println(server.port());
      while (questions.hasNextLine()) {
        Map<String, Long> answer = questions.nextLine().equals("held") ? held() : measured();
        answer.forEach((name, number) -> System.out.println(name + " " + number));
        System.out.println();
      }
    }
  }

  private static Map<String, Long> held() {
    Map<String, Long> held = new TreeMap<>();
    TYPED.hub().sizes().forEach((name, size) -> held.put("typed." + name, (long) size));
    TYPED
        .hub()
        .connectionCounts()
        .sizes()
        .forEach((name, size) -> held.put("typed." + name, (long) size));
    RAW.sizes().forEach((name, size) -> held.put("raw." + name, (long) size));
    RAW.hub()
        .connectionCounts()
        .sizes()
        .forEach((name, size) -> held.put("raw." + name, (long) size));
    return held;
  }

  private static Map<String, Long> measured() throws JMException, InterruptedException {
    Map<String, Long> measured = new TreeMap<>();
    List<String> lost = LeakRecorder.lost();
    lost.forEach(System.err::println);
    measured.put("lost buffers", (long) lost.size());
    instances().forEach((name, count) -> measured.put("class " + name, count));
    measured.put("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    measured.put("threads", (long) ManagementFactory.getThreadMXBean().getThreadCount());
    measured.put("direct", direct());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      measured.put("descriptors", system.getOpenFileDescriptorCount());
    }
    return measured;
  }

  private static long direct() {
    return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
        ? provider.metric().usedDirectMemory()
        : 0;
  }

  /** Live objects by class; collects garbage first. */
  private static Map<String, Long> instances() throws JMException {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    Map<String, Long> instances = new TreeMap<>();
    String.valueOf(histogram)
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(row -> row.length >= 4 && row[0].endsWith(":"))
        .forEach(row -> instances.merge(row[3], Long.parseLong(row[1]), Long::sum));
    return instances;
  }
}
