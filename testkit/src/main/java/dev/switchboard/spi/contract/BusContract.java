package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.Bus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules that every {@link Bus} must satisfy. Implement this interface in a test class. */
public interface BusContract {
  /**
   * Opens the bus of one server, which is not started. Further calls in the same test open those of
   * other servers of the same deployment. The test closes it.
   */
  Bus open();

  /** A server's end of the bus, which records what it receives. */
  final class End implements AutoCloseable {
    final Bus bus;
    final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

    End(Bus bus, String kind) {
      this.bus = bus;
      bus.listen(kind, recording(received));
      bus.start();
    }

    void send(String kind, String text) {
      bus.send(kind, text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] next() throws InterruptedException {
      byte[] message = received.poll(10, TimeUnit.SECONDS);
      assertThat(message).as("a message within 10 s").isNotNull();
      return message == null ? new byte[0] : message;
    }

    String nextText() throws InterruptedException {
      return new String(next(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      bus.close();
    }
  }

  private static Bus.Listener recording(BlockingQueue<byte[]> received) {
    return new Bus.Listener() {
      @Override
      public void received(byte[] message) {
        received.add(message);
      }

      @Override
      public void interrupted() {
        // nothing is interrupted in these rules
      }

      @Override
      public void restored() {
        // the first message of a server that has sent before may look like the one after a loss
      }
    };
  }

  @Test
  default void aMessageReachesAllOthersOnceAndNotItsSender() throws Exception {
    try (End one = new End(open(), "news");
        End two = new End(open(), "news");
        End three = new End(open(), "news")) {
      one.send("news", "from one");
      assertThat(two.nextText()).isEqualTo("from one");
      assertThat(three.nextText()).isEqualTo("from one");
      two.send("news", "from two");
      assertThat(one.nextText()).isEqualTo("from two");
      assertThat(three.nextText()).isEqualTo("from two");
      assertThat(one.received).isEmpty();
      assertThat(two.received).isEmpty();
      assertThat(three.received).isEmpty();
    }
  }

  @Test
  default void kindsAreApartAndOnesThatNobodyListensToAreIgnored() throws Exception {
    try (End one = new End(open(), "news")) {
      Bus two = open();
      BlockingQueue<byte[]> orders = new LinkedBlockingQueue<>();
      two.listen("orders", recording(orders));
      assertThatThrownBy(() -> two.listen("orders", recording(orders)))
          .isInstanceOf(IllegalStateException.class);
      try (End heard = new End(two, "news")) {
        one.send("unknown", "a");
        one.send("orders", "b");
        one.send("news", "c");
        assertThat(heard.nextText()).isEqualTo("c");
        assertThat(orders.take()).isEqualTo("b".getBytes(StandardCharsets.UTF_8));
        assertThat(orders).isEmpty();
      }
    }
  }

  @Test
  default void messagesOfAnySizeArriveAsTheyAre() throws Exception {
    Random random = new Random(1);
    List<byte[]> messages = new ArrayList<>();
    for (int size : new int[] {0, 1, 5_799, 5_800, 5_801, 7_999, 8_000, 100_000, 4 << 20, 3}) {
      byte[] message = new byte[size];
      random.nextBytes(message);
      messages.add(message);
    }
    try (End one = new End(open(), "news");
        End two = new End(open(), "news")) {
      for (byte[] message : messages) {
        one.bus.send("news", message);
      }
      for (byte[] message : messages) {
        assertThat(Arrays.equals(two.next(), message)).as("%s bytes", message.length).isTrue();
      }
    }
  }

  @Test
  default void whatOneServerSendsArrivesInItsOrderAlsoIfItIsTheSameAgain() throws Exception {
    List<String> sent = IntStream.range(0, 2_000).mapToObj(i -> "m" + i / 2).toList();
    try (End one = new End(open(), "news");
        End two = new End(open(), "news")) {
      sent.forEach(text -> one.send("news", text));
      for (String text : sent) {
        assertThat(two.nextText()).isEqualTo(text);
      }
    }
  }

  @Test
  default void allThatManySendAtOnceArrives() throws Exception {
    int threads = 4;
    int each = 250;
    try (End one = new End(open(), "news");
        End two = new End(open(), "news");
        End three = new End(open(), "news");
        ExecutorService pool = Executors.newFixedThreadPool(2 * threads)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (End end : List.of(one, two)) {
        for (int thread = 0; thread < threads; thread++) {
          tasks.add(() -> {
            for (int i = 0; i < each; i++) {
              end.send("news", end == one ? "one" : "two");
            }
            return null;
          });
        }
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
      List<String> heard = new ArrayList<>();
      for (int i = 0; i < 2 * threads * each; i++) {
        heard.add(three.nextText());
      }
      assertThat(heard).filteredOn("one"::equals).hasSize(threads * each);
      assertThat(three.received).isEmpty();
    }
  }

  @Test
  default void whatWasSentBeforeTheEndArrivesAndLaterNothingDoes() throws Exception {
    try (End two = new End(open(), "news")) {
      End one = new End(open(), "news");
      one.send("news", "last");
      one.close();
      one.send("news", "too late");
      assertThat(two.nextText()).isEqualTo("last");
      try (End three = new End(open(), "news")) {
        three.send("news", "after");
        assertThat(two.nextText()).isEqualTo("after");
      }
    }
  }
}
