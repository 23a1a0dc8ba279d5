package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Members that stop reading while 10,000 messages a second go to their room: the server's memory
 * grows by no more than the bound of each, and the other members do not notice.
 */
@Tag("B10")
class SlowReaderLoadTest {
  private static final int RATE = 10_000;
  private static final int MEMBERS = 5;
  private static final int SLOW = 10;

  /** Each may have half of its 1 MiB waiting, one message more, and an eighth of fleeting ones. */
  private static final long BOUND = SLOW * ((512L + 64 + 128) << 10);

  private static final long SLACK = 8 << 20;

  private final Host host = Host.start(LoadHost.class, "-Xmx256m");
  private final List<Member> members = new ArrayList<>();
  private final Figures alone = new Figures();
  private final Figures beside = new Figures();

  /** What was found in the rounds of one kind. */
  private static final class Figures {
    private final List<Long> p50 = new ArrayList<>();
    private final List<Long> p99 = new ArrayList<>();
    private long heap;
    private long direct;

    void add(List<Long> latencies, Map<String, Long> answer) {
      List<Long> sorted = latencies.stream().sorted().toList();
      p50.add(sorted.get(sorted.size() / 2) / 1_000);
      p99.add(sorted.get(sorted.size() * 99 / 100) / 1_000);
      heap = Math.max(heap, answer.getOrDefault("heap", 0L));
      direct = Math.max(direct, answer.getOrDefault("peak direct", 0L));
    }

    /** Of the quietest round: what else the machine does only adds to it. */
    long leastP99() {
      return Collections.min(p99);
    }

    @Override
    public String toString() {
      return "p50 %s µs, p99 %s µs, live heap %,d, direct memory at most %,d"
          .formatted(p50, p99, heap, direct);
    }
  }

  @AfterEach
  void end() throws IOException {
    for (Member member : members) {
      member.close();
    }
    host.close();
  }

  @Test
  void membersThatDoNotReadCostABoundedAmountAndDelayNobody() throws IOException {
    run(500, 3, 400); // the best of three: others may use the machine
  }

  @Test
  @Tag("slow")
  void norInThreeRoundsOfFiveSeconds() throws IOException {
    run(5_000, 3, 5_000);
  }

  private void run(int warmUp, int rounds, int millis) throws IOException {
    for (int i = 0; i < MEMBERS; i++) {
      members.add(new Member(host.port(), "m" + i));
    }
    round(new Figures(), warmUp);
    Map<String, Long> counted = Map.of();
    for (int i = 0; i < rounds; i++) {
      round(alone, millis);
      List<Lazy> lazy = new ArrayList<>();
      for (int j = 0; j < SLOW; j++) {
        Lazy one = new Lazy(host.port());
        one.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
        one.next("room_joined");
        lazy.add(one);
      }
      do { // until the kernel takes no more for them
        counted = round(new Figures(), 500);
      } while (counted.getOrDefault("slow BEHIND", 0L) < (long) SLOW * (i + 1));
      counted = round(beside, millis);
      for (Lazy one : lazy) {
        one.close();
      }
    }
    System.out.printf(
        "%d members at %,d messages a second: %s%nbeside %d that do not read: %s%n%s%n",
        MEMBERS, RATE, alone, SLOW, beside, counted);
    assertThat(counted)
        .as("they were slow")
        .containsKeys("slow HELD", "slow REPLACED")
        .doesNotContainKey("slow CLOSED");
    assertThat(beside.heap + beside.direct)
        .as("memory")
        .isLessThan(alone.heap + alone.direct + BOUND + SLACK);
    assertThat(beside.leastP99())
        .as("p99 of the others in µs, %d without", alone.leastP99())
        .isLessThan(3 * alone.leastP99() + 50_000);
  }

  private Map<String, Long> round(Figures figures, int millis) throws IOException {
    members.forEach(Member::begin);
    Map<String, Long> answer = host.ask("publish " + RATE + " " + millis);
    int published = Math.toIntExact(answer.getOrDefault("published", 0L));
    List<Long> latencies = new ArrayList<>();
    for (Member member : members) {
      await().atMost(ONE_MINUTE).until(() -> member.count() == published);
      latencies.addAll(member.latencies());
    }
    figures.add(latencies, answer);
    return answer;
  }
}
