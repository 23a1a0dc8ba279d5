package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What one client has read from logs is bounded, and does not hold up others. */
@Tag("B8")
class ReadsTest {
  private static final int REQUESTS = 1_000;

  /** Pages of 480 KB that sockets and the megabyte that may wait hold, and some to spare. */
  private static final int AHEAD = 30;

  private static final String HISTORY =
      "{\"type\":\"history\",\"room\":\"%s\",\"limit\":100,\"id\":%d}";
  private static final String REJOIN =
      "{\"type\":\"join_room\",\"room\":\"%s\",\"recent\":100,\"id\":%d}";

  private final Counted counted = new Counted();
  private final Watched store = new Watched();

  /** Counts what is read, and can have the reads of the room {@code slow} wait. */
  private static final class Watched extends Disk {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();
    final Semaphore gate = new Semaphore(0);

    @Override
    public void close() {
      gate.release(REQUESTS);
    }

    private Page counted(LogKey log, Page page) {
      begun.incrementAndGet();
      if (log.address().equals(Address.room("slow"))) {
        gate.acquireUninterruptibly();
      }
      reads.incrementAndGet();
      return page;
    }

    @Override
    public Page after(LogKey log, long seq, int limit, long most) {
      return counted(log, super.after(log, seq, limit, most));
    }

    @Override
    public Page before(LogKey log, long seq, int limit, long most) {
      return counted(log, super.before(log, seq, limit, most));
    }
  }

  private Server serve() {
    return Server.builder()
        .port(0)
        .history(store)
        .metrics(counted)
        .endpoint("/ws", Talk.endpoint().anyRate())
        .start();
  }

  private static void fill(Wire wire, String room, int messages, int size) {
    wire.ask("{\"type\":\"join_room\",\"room\":\"" + room + "\",\"id\":0}");
    for (int i = 1; i <= messages; i++) {
      wire.ask(
          "{\"type\":\"chat\",\"room\":\"%s\",\"id\":%d,\"data\":{\"message\":\"%s\"}}"
              .formatted(room, i, "x".repeat(size)));
    }
  }

  private void flood(String request, Limit bound) throws Exception {
    try (Server server = serve();
        Wire bob = Wire.welcomed(server.port(), "bob");
        Watched gated = store) { // the first to end: the server's end waits for reads
      fill(bob, "slow", 3, 10);
      fill(bob, "quick", 3, 10);
      try (Lazy lazy = new Lazy(server.port())) {
        lazy.next("welcome");
        lazy.say("{\"type\":\"join_room\",\"room\":\"slow\",\"id\":0}");
        lazy.next("room_joined");
        for (int i = 1; i <= REQUESTS; i++) {
          lazy.say(request.formatted("slow", i));
        }
        await().untilAsserted(() -> assertThat(counted.of("limit " + bound)).isEqualTo(1));
        assertThat(bob.ask(HISTORY.formatted("quick", 99)).get("messages").size()).isEqualTo(3);
        assertThat(gated.begun).as("one of the flood, and the other's").hasValue(2);
      }
      gated.gate.release(REQUESTS);
      await().untilAsserted(() -> assertThat(server.connections()).isEqualTo(1));
      bob.ask(HISTORY.formatted("quick", 100));
      assertThat(gated.reads).as("none for who is gone, but for a few").hasValueLessThan(50);
    }
  }

  @Test
  void aFloodOfHistoryRequestsIsReadOneAtATimeAndNotForWhoIsGone() throws Exception {
    flood(HISTORY, Limit.READS_WAITING);
  }

  @Test
  void aFloodOfJoinsWithRecentIsReadOneAtATimeAndNotForWhoIsGone() throws Exception {
    flood(REJOIN, Limit.JOINS_WAITING);
  }

  @Test
  void aPageIsReadWhenTheConnectionTakesItAndNoSooner() throws Exception {
    int messages = 40;
    int size = 60_000;
    try (Server server = serve();
        Wire bob = Wire.welcomed(server.port(), "bob");
        Lazy lazy = new Lazy(server.port())) {
      fill(bob, "large", messages, size);
      lazy.next("welcome");
      lazy.say("{\"type\":\"join_room\",\"room\":\"large\",\"id\":0}");
      lazy.next("room_joined");
      for (int i = 1; i <= 200; i++) {
        lazy.say(HISTORY.formatted("large", i));
      }
      await().untilAsserted(() -> assertThat(counted.of("limit READS_WAITING")).isPositive());
      for (int i = 1; i <= 200; i++) { // it reads on, and none of its requests is lost
        JsonNode page = lazy.next("history");
        assertThat(page.get("re").intValue()).isEqualTo(i);
        assertThat(page.get("messages").size()).isBetween(1, 9);
        assertThat(page.get("more").booleanValue()).isTrue();
        assertThat(store.reads).as("not far ahead").hasValueLessThan(i + AHEAD);
      }
    }
  }
}
