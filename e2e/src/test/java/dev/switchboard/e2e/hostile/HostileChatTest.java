package dev.switchboard.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.protocol.format.Json;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What strangers may do in the chat: be taken for others, and say what is no message. */
@Tag("D4")
class HostileChatTest {
  private static final String OLGA = "Cookie: switchboard_guest=olgas";

  private static ChatSite site;
  private static Typist olga;
  private static Watch watch;

  @BeforeAll
  static void start() {
    site = new ChatSite();
    olga = site.enter("olga", "den", OLGA);
    watch = site.watch();
  }

  @AfterAll
  static void stop() {
    watch.close();
    olga.close();
    site.close();
  }

  private static String entering(String user, String... headers) {
    try (BarePeer peer = new BarePeer(site.port())) {
      return peer.send(BarePeer.handshake(ChatSite.target(user), headers)).response();
    }
  }

  static List<Row> names() {
    return Row.of("chat-names.txt");
  }

  /** Olga is there, in her browser; others come without her cookie. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void aNameThatIsAnothersOrNoneIsRefused(Row row) {
    String json = "\"" + Row.repeated(row.sent()) + "\"";
    String user = Json.MAPPER.readValue(json, String.class);
    assertThat(entering(user)).startsWith("HTTP/1.1 " + row.expected()).contains("user: ");
    watch.check();
  }

  /** Else the table would prove nothing. */
  @ParameterizedTest
  @CsvSource({"\u043bольга", "olga2", "\u0d12ൽഗ", "奥尔加", "Ольга"})
  void whatOnlyResemblesAnotherNameIsNot(String name) {
    try (Typist other = site.enter(name, "den")) {
      olga.next("user_joined");
      other.leave();
      olga.next("user_left");
    }
    watch.check();
  }

  static List<String> messages() {
    return List.of(
        "\"content\":\"\"",
        "\"content\":\"\\u2003\\t\\n\"",
        "\"content\":\"" + "a".repeat(4_001) + "\"",
        "\"content\":7",
        "\"content\":null",
        "\"content\":[\"a\"]",
        "\"text\":\"a\"",
        "\"content\":\"a\",\"to\":7");
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsNoMessageIsRefused(String data) {
    try (Typist mallory = site.enter("mallory", "other")) {
      JsonNode answer =
          mallory.ask(
              "{\"type\":\"message\",\"room\":\"other\",\"id\":7,\"data\":{" + data + "}}",
              "error");
      assertThat(answer.get("code").asString()).isEqualTo("invalid");
      mallory.expectNothing();
      mallory.leave();
    }
    watch.check();
  }
}
