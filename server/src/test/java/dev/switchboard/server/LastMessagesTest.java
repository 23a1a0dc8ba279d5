package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.server.broker.LocalBroker;
import dev.switchboard.spi.Broker;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of a typed endpoint says just before it ends is answered before the end. */
@Tag("B2")
class LastMessagesTest {
  private static final byte[] CLOSE = Stranger.frame(Stranger.FIN | Stranger.CLOSE, code(1000));
  private static final byte[] RSV2 = Stranger.frame(0xa1, new byte[0]);

  private static byte[] code(int code) {
    return new byte[] {(byte) (code >> 8), (byte) code};
  }

  /** A broker that commits at once and says so a while later, as one over a network does. */
  private static Broker late() {
    Broker inner = new LocalBroker(new MemoryHistory(Clock.systemUTC()));
    var later = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);
    return (Broker)
        Proxy.newProxyInstance(
            LastMessagesTest.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(inner, arguments);
                return method.getName().equals("publish") && result instanceof CompletionStage<?> s
                    ? s.thenApplyAsync(done -> done, later)
                    : result;
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "violation"})
  void aMessageIsAcknowledgedBeforeTheCloseFrameIfItsCommitComesInTime(String end)
      throws Exception {
    try (Server server =
        Server.builder().port(0).broker(late()).endpoint("/ws", Talk.endpoint()).start()) {
      for (int i = 1; i <= 8; i++) {
        says(
            server.port(),
            end,
            List.of("{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"last\"}}"),
            List.of("ack"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "violation"})
  void aMessageWithAHookIsAcknowledgedToo(String end) throws Exception {
    Endpoint<Talk> endpoint = Talk.endpoint().onPublish(Talk.Said.class, (said, publishing) -> {});
    try (Server server =
        Server.builder().port(0).broker(late()).endpoint("/ws", endpoint).start()) {
      says(
          server.port(),
          end,
          List.of(
              "{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"a\"}}",
              "{\"type\":\"chat\",\"room\":\"r\",\"id\":3,\"data\":{\"message\":\"b\"}}"),
          List.of("ack", "ack"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "violation"})
  void aRequestIsReplied(String end) throws Exception {
    try (Server server = Server.builder().port(0).endpoint("/ws", Talk.endpoint()).start()) {
      says(
          server.port(),
          end,
          List.of("{\"type\":\"ask\",\"id\":2,\"data\":{\"n\":1}}"),
          List.of("answer"));
    }
  }

  /** Says all of it and the end in one segment. */
  private static void says(int port, String end, List<String> last, List<String> answers)
      throws IOException {
    try (Stranger ann = new Stranger(port, 1)) {
      ann.open("/ws?user=ann");
      ann.hear("welcome");
      ann.say("{\"type\":\"join_room\",\"id\":1,\"room\":\"r\"}");
      ann.hear("room_joined");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (String message : last) {
        all.writeBytes(
            Stranger.frame(Stranger.FIN | Stranger.TEXT, message.getBytes(StandardCharsets.UTF_8)));
      }
      all.writeBytes(end.equals("close") ? CLOSE : RSV2);
      ann.send(all.toByteArray());
      for (String answer : answers) {
        assertThat(ann.hear(answer).get("re").intValue()).isPositive();
      }
      assertThatThrownBy(() -> ann.hear("nothing"))
          .isInstanceOf(EOFException.class)
          .hasMessage("closed by the server");
    }
  }
}
