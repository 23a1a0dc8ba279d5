package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Conversation;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of {@code conversations.txt}, with our server and with our client as the echo: sent at
 * once, byte by byte and in odd pieces.
 */
@Tag("B2")
final class ConversationTest {
  private static final Map<Role, Subject> SUBJECTS = new EnumMap<>(Role.class);

  @BeforeAll
  static void start() {
    for (Role role : Role.values()) {
      SUBJECTS.put(role, new Subject(role, WebSocketOptions.DEFAULT));
    }
  }

  @AfterAll
  static void stop() {
    SUBJECTS.values().forEach(Subject::close);
    SUBJECTS.clear();
  }

  static Stream<Arguments> cases() {
    return Stream.of(Role.values())
        .flatMap(role ->
            Conversation.all().stream()
                .flatMap(row ->
                    (row.isShort() ? IntStream.of(0, 1, 3) : IntStream.of(0, 4099))
                        .mapToObj(piece -> Arguments.of(role, row, piece))));
  }

  @ParameterizedTest(name = "{0} {1}, pieces of {2}")
  @MethodSource("cases")
  void theEchoAnswersAsTheStandardSays(Role role, Conversation row, int piece) {
    Subject subject = Objects.requireNonNull(SUBJECTS.get(role));
    String told = "1006 false";
    try (BarePeer peer = subject.connect()) {
      deliver(peer, row.bytes(peer), piece);
      for (String answer : row.answers()) {
        BarePeer.Frame frame = peer.read();
        if (answer.startsWith("echo") || answer.startsWith("close")) {
          told = ended(peer, frame, answer);
        } else {
          assertThat(frame.first()).isEqualTo(Integer.parseInt(answer.substring(0, 2), 16));
          assertThat(frame.payload()).isEqualTo(Conversation.payload(answer.substring(3)));
        }
      }
    }
    var closed = subject.closed();
    assertThat(closed.code() + " " + closed.clean()).isEqualTo(told);
  }

  /** Checks the close frame and that nothing follows it; what our side must be told. */
  private static String ended(BarePeer peer, BarePeer.Frame frame, String answer) {
    boolean clean = answer.startsWith("echo");
    int code = Integer.parseInt(answer.substring(answer.indexOf(' ') + 1));
    assertThat(frame.first()).as(frame.text()).isEqualTo(0x88);
    assertThat(frame.code()).as(frame.text()).isEqualTo(code);
    if (clean) {
      assertThat(frame.payload()).as("the code alone").hasSize(code == 1005 ? 0 : 2);
      peer.shutdownOutput(); // A client waits for that (RFC 6455 §7.1.1).
    }
    assertThat(peer.ended()).as("nothing follows, and the stream ends properly").isTrue();
    return code + " " + clean;
  }

  private static void deliver(BarePeer peer, byte[] bytes, int piece) {
    int step = piece == 0 ? bytes.length : piece;
    try {
      for (int at = 0; at < bytes.length; at += step) {
        peer.send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + step)));
      }
    } catch (java.io.UncheckedIOException ended) {
      // The answer was complete before everything was sent.
      assertThat(piece).isPositive();
    }
  }
}
