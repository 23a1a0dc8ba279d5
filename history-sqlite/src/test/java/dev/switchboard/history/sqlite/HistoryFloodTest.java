package dev.switchboard.history.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that asks for far more history than it reads, and hangs up, costs others little. */
@Tag("B8")
class HistoryFloodTest {
  private static final int MESSAGES = 200;
  private static final int REQUESTS = 1_000;

  @TempDir Path folder;

  sealed interface Chat {
    record Said(String text) implements Chat {}
  }

  /** Counts what is read of a history. */
  private record Counting(SqliteHistory history, AtomicInteger reads, AtomicLong bytes)
      implements HistoryStore {
    @Override
    public List<Committed> append(List<Publication> batch) {
      return history.append(batch);
    }

    @Override
    public Position head(LogKey log) {
      return history.head(log);
    }

    @Override
    public Page after(LogKey log, long seq, int limit, long most) {
      return counted(history.after(log, seq, limit, most));
    }

    @Override
    public Page before(LogKey log, long seq, int limit, long most) {
      return counted(history.before(log, seq, limit, most));
    }

    private Page counted(Page page) {
      reads.incrementAndGet();
      page.entries()
          .forEach(entry -> {
            byte[] data = entry.data();
            bytes.addAndGet(data == null ? 0 : data.length);
          });
      return page;
    }

    @Override
    public void close() {
      history.close();
    }
  }

  /** A client that reads only as much as it is told to. */
  private static final class Wire implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    Wire(HttpClient http, int port) throws InterruptedException {
      socket =
          http.newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), this)
              .join();
      assertThat(next()).contains("\"welcome\"");
    }

    void say(String json) {
      socket.sendText(json, true).join();
    }

    /** Says it and waits for the answer with that id; the time it took. */
    long ask(String json, int id) throws InterruptedException {
      long began = System.nanoTime();
      say(json.replace("$ID", "" + id));
      socket.request(1);
      while (!next().matches("(?s).*\"re\":" + id + "[,}].*")) {
        socket.request(1);
      }
      return System.nanoTime() - began;
    }

    private String next() throws InterruptedException {
      String message = received.poll(60, TimeUnit.SECONDS);
      assertThat(message).as("a message").isNotNull();
      return String.valueOf(message);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      partial.append(text);
      if (last) {
        received.add(partial.toString());
        partial.setLength(0);
      } else {
        from.request(1);
      }
      return null;
    }

    @Override
    public void close() {
      socket.abort();
    }
  }

  @Test
  void aFloodOfHistoryRequestsHoldsUpNobodyAndEndsWithItsConnection() throws Exception {
    Counting store =
        new Counting(SqliteHistory.open(folder), new AtomicInteger(), new AtomicLong());
    List<Long> nanos = new ArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient();
        Server server =
            Server.builder()
                .port(0)
                .history(store)
                .endpoint(
                    "/ws",
                    Endpoint.of(Chat.class)
                        .clientsMayPublish(Chat.class, Addresses.rooms())
                        .anyRate())
                .start();
        Wire bystander = new Wire(http, server.port())) {
      String join = "{\"type\":\"join_room\",\"room\":\"%s\",\"id\":$ID}";
      String say =
          "{\"type\":\"said\",\"room\":\"%s\",\"id\":$ID,\"echo\":false,\"data\":{\"text\":\"%s\"}}";
      bystander.ask(join.formatted("quiet"), 1);
      try (Wire flooder = new Wire(http, server.port())) {
        flooder.ask(join.formatted("r"), 1);
        for (int i = 0; i < MESSAGES; i++) {
          flooder.ask(say.formatted("r", "x".repeat(60_000)), 100 + i);
        }
        for (int i = 0; i < REQUESTS; i++) {
          flooder.say("{\"type\":\"history\",\"room\":\"r\",\"limit\":100,\"id\":" + i + "}");
        }
        for (int i = 0; i < 50; i++) {
          nanos.add(bystander.ask(say.formatted("quiet", "m"), 1_000 + i));
        }
      }
      await().untilAsserted(() -> assertThat(server.connections()).isEqualTo(1));
      int reads = store.reads().get();
      for (int i = 0; i < 50; i++) {
        nanos.add(bystander.ask(say.formatted("quiet", "m"), 2_000 + i));
      }
      assertThat(store.reads().get() - reads).as("reads after the close").isLessThanOrEqualTo(1);
    }
    Collections.sort(nanos);
    System.out.printf(
        "beside the flood: p50 %d µs, p99 %d µs, %d reads of %,d bytes%n",
        nanos.get(50) / 1_000, nanos.get(98) / 1_000, store.reads().get(), store.bytes().get());
    assertThat(Duration.ofNanos(nanos.get(98))).isLessThan(Duration.ofSeconds(1));
    assertThat(store.bytes()).as("it asked for 12 GB").hasValueLessThan(100L << 20);
  }
}
