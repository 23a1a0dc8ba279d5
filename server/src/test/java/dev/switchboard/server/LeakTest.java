package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Thousands of connections that end in every way there is, most of them badly, and what a server
 * holds after them: nothing. {@code -Dstrangers=200000} for as many.
 */
@Tag("slow")
@Tag("B6")
class LeakTest {
  private static final int STRANGERS = Integer.getInteger("strangers", 20_000);
  private static final int WARM_UP = 6_000;
  private static final int AT_ONCE = 16;
  private static final long HEAP_SLACK = 1 << 20;
  private static final long DIRECT_SLACK = 4 << 20;
  private static final long INSTANCES_SLACK = 250;
  private static final long STRINGS_SLACK = 1_000; // the rooms' logs turn over

  private final Host host =
      Host.start(LeakHost.class, "-Xmx256m", "-Dio.netty.leakDetection.level=paranoid");

  @AfterEach
  void end() {
    host.close();
  }

  @Test
  void nothingIsLeftOfConnectionsHoweverTheyEnd() throws IOException {
    int port = host.port();
    Map<String, Long> nothing = host.ask("held");
    visit(port, 0, WARM_UP);
    awaitHeld(nothing);
    Map<String, Long> before = host.ask("measure");
    long began = System.nanoTime();
    visit(port, WARM_UP, STRANGERS);
    double seconds = (System.nanoTime() - began) / 1e9;
    awaitHeld(nothing);
    Map<String, Long> after = host.ask("measure");
    System.out.printf("LeakTest: %,d strangers in %.0f s%n", STRANGERS, seconds);
    for (String name : List.of("heap", "direct", "threads", "descriptors")) {
      System.out.printf("%s: %,d before, %,d after%n", name, before.get(name), after.get(name));
    }
    assertThat(grew(before, after)).as("what there is more of").isEmpty();
  }

  /** What there is more of than chance explains: no name may be in it. */
  private static List<String> grew(Map<String, Long> before, Map<String, Long> after) {
    List<String> grew = new ArrayList<>();
    after.forEach((name, count) -> {
      long slack =
          switch (name) {
            case "heap" -> HEAP_SLACK;
            case "direct" -> DIRECT_SLACK;
            case "threads", "descriptors" -> 2;
            case "lost buffers" -> 0;
            case "class java.lang.String", "class [B" -> STRINGS_SLACK;
            default -> INSTANCES_SLACK;
          };
      long more = count - before.getOrDefault(name, 0L);
      if (more > slack) {
        grew.add(name + ": " + more + " more (expected: at most " + slack + ")");
      }
    });
    return grew;
  }

  private void awaitHeld(Map<String, Long> expected) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(host.ask("held")).isEqualTo(expected));
  }

  private static void visit(int port, int first, int count) {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<CompletableFuture<Void>> visits = new ArrayList<>();
      for (int lane = 0; lane < AT_ONCE; lane++) {
        int from = first + lane;
        visits.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = from; i < first + count; i += AT_ONCE) {
                    visit(port, i);
                  }
                },
                threads));
      }
      visits.forEach(CompletableFuture::join);
    }
  }

  private static void visit(int port, int number) {
    int kind = number / AT_ONCE % 8;
    End end = End.values()[number / AT_ONCE / 8 % End.values().length];
    try (Stranger stranger = new Stranger(port, number)) {
      switch (kind) {
        case 0 -> {
          half(stranger, number);
          end = end == End.CLOSE ? End.GO : end; // nobody would answer
        }
        case 1 -> unheard(stranger, number);
        case 2, 3 -> raw(stranger, number);
        case 4, 5, 6 -> typed(stranger, number);
        default -> resumed(port, stranger, number);
      }
      end.of(stranger);
    } catch (IOException failed) {
      throw new UncheckedIOException("stranger " + number + ", " + kind + " " + end, failed);
    }
  }

  /** The ways to end. */
  private enum End {
    CLOSE {
      @Override
      void of(Stranger stranger) throws IOException {
        stranger.send(Stranger.frame(Stranger.FIN | Stranger.CLOSE, new byte[] {3, (byte) 0xe8}));
        stranger.drain();
      }
    },
    GO {
      @Override
      void of(Stranger stranger) throws IOException {
        stranger.close();
      }
    },
    RESET {
      @Override
      void of(Stranger stranger) throws IOException {
        stranger.reset();
      }
    },
    HALF_CLOSE {
      @Override
      void of(Stranger stranger) throws IOException {
        stranger.half();
        stranger.drain();
      }
    },
    WITHIN_A_FRAME {
      @Override
      void of(Stranger stranger) throws IOException {
        byte[] frame = Stranger.frame(Stranger.FIN | Stranger.TEXT, new byte[2_000]);
        stranger.send(frame, 1_000);
        stranger.close();
      }
    },
    WITHIN_A_HEADER {
      @Override
      void of(Stranger stranger) throws IOException {
        stranger.send(Stranger.frame(Stranger.FIN | Stranger.TEXT, new byte[2_000]), 3);
        stranger.reset();
      }
    },
    BETWEEN_FRAGMENTS {
      @Override
      void of(Stranger stranger) throws IOException {
        stranger.send(
            Stranger.frame(Stranger.TEXT, "half a ".repeat(500).getBytes(StandardCharsets.UTF_8)));
        stranger.reset();
      }
    },
    DEAF {
      @Override
      void of(Stranger stranger) throws IOException {
        byte[] text = Stranger.frame(Stranger.FIN | Stranger.TEXT, new byte[4_000]);
        for (int i = 0; i < 20; i++) {
          stranger.send(text);
        }
        stranger.reset();
      }
    };

    abstract void of(Stranger stranger) throws IOException;
  }

  /** Half a handshake. */
  private static void half(Stranger stranger, int number) throws IOException {
    byte[] handshake = Stranger.handshake("/ws?user=half" + number);
    stranger.send(handshake, handshake.length / 2);
  }

  /** A handshake whose answer is not awaited. */
  private static void unheard(Stranger stranger, int number) throws IOException {
    stranger.send(Stranger.handshake((number % 2 == 0 ? "/ws" : "/raw") + "?user=deaf" + number));
  }

  private static void raw(Stranger stranger, int number) throws IOException {
    stranger.open("/raw?user=raw" + number);
    stranger.say("hello");
    assertThat(stranger.hear()).isEqualTo("hello");
  }

  private static JsonNode typed(Stranger stranger, int number) throws IOException {
    stranger.open("/ws?user=typed" + number);
    JsonNode welcome = stranger.hear("welcome");
    boolean alone = number % 3 == 0;
    String room = alone ? "own" + number : "room" + number % 20;
    stranger.say("{\"type\":\"join_room\",\"room\":\"%s\",\"id\":1}".formatted(room));
    stranger.hear("room_joined");
    stranger.say(
        alone
            ? "{\"type\":\"ask\",\"id\":2,\"data\":{\"n\":1}}"
            : "{\"type\":\"chat\",\"room\":\"%s\",\"id\":2,\"data\":{\"message\":\"hi\"}}"
                .formatted(room));
    stranger.hear(alone ? "answer" : "ack");
    return welcome;
  }

  /** Lost, and back with the same session. */
  private static void resumed(int port, Stranger again, int number) throws IOException {
    JsonNode welcome;
    try (Stranger lost = new Stranger(port, number)) {
      welcome = typed(lost, number);
      lost.reset();
    }
    again.open("/ws?user=typed" + number);
    again.hear("welcome");
    again.say(
        "{\"type\":\"resume\",\"id\":3,\"session\":%s,\"secret\":%s,\"logs\":[]}"
            .formatted(welcome.get("session"), welcome.get("secret")));
    again.hear("resumed");
  }
}
