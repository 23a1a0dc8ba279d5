package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The JDK's client with Jackson's CBOR, beside one that types JSON. */
@Tag("D9")
@DisplayName("D9: a foreign client speaks CBOR")
class CborTest {
  private static final String NAME = CborWire.NAME;

  private final Server server = Server.builder().port(0).endpoint("/ws", Talk.endpoint()).start();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theClientsMostWantedOfTheTwoIsTaken() {
    assertThat(agreed(NAME, "switchboard.v1.json")).isEqualTo(NAME);
    assertThat(agreed("switchboard.v1.json", NAME)).isEqualTo("switchboard.v1.json");
    assertThat(agreed("other", NAME)).isEqualTo(NAME);
    assertThatThrownBy(() -> agreed("other"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  private @Nullable String agreed(String first, String... others) {
    try (CborWire socket = new CborWire(server.port(), "ann", first, others)) {
      return socket.subprotocol();
    }
  }

  @Test
  void everythingOfTheProtocolWorks() {
    try (CborWire ann = CborWire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      ann.say("type", "join_room", "room", "r", "id", "first");
      JsonNode joined = ann.next();
      assertThat(joined.get("re").stringValue()).isEqualTo("first");
      assertThat(joined.get("members").get(0).stringValue()).isEqualTo("ann");
      bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      assertThat(ann.next().get("type").stringValue()).isEqualTo("user_joined");

      ann.say("type", "chat", "room", "r", "id", 2, "echo", false, "data", Map.of("message", "é"));
      assertThat(ann.next().get("seq").longValue()).isEqualTo(1);
      assertThat(bob.next("chat").toString())
          .contains("\"data\":{\"message\":\"é\"}", "\"from\":\"ann\"");
      bob.ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"b\"}}");
      assertThat(ann.next().get("data").get("message").stringValue()).isEqualTo("b");

      ann.say("type", "history", "room", "r", "id", 3, "limit", 10);
      JsonNode page = ann.next();
      assertThat(page.get("messages").size()).isEqualTo(2);
      assertThat(page.get("messages").get(1).get("data").get("message").stringValue())
          .isEqualTo("b");
      ann.say("type", "ask", "id", 4, "data", Map.of("n", 1));
      assertThat(ann.next().get("data").get("n").intValue()).isEqualTo(2);
      ann.say("type", "user_list", "id", 5);
      assertThat(ann.next().get("count").intValue()).isEqualTo(2);
      ann.say("type", "ping", "id", 6);
      assertThat(ann.next().get("type").stringValue()).isEqualTo("pong");
      ann.say("type", "chat", "room", "r", "id", 7, "data", Map.of("message", 7));
      JsonNode error = ann.next();
      assertThat(error.get("code").stringValue()).isEqualTo("invalid");
      assertThat(error.get("details").get("path").stringValue()).isEqualTo("data.message");
      ann.say("type", "leave_room", "room", "r", "id", 8);
      assertThat(ann.next().get("type").stringValue()).isEqualTo("room_left");
    }
  }

  @Test
  void aLostConnectionIsResumedAndWhatWasMissedFollows() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      CborWire lost = new CborWire(server.port(), "ann", NAME);
      JsonNode welcome = lost.next();
      lost.say("type", "join_room", "room", "r", "id", 1);
      String epoch = lost.next().get("epoch").stringValue();
      lost.close();
      bob.ask("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      bob.ask("{\"type\":\"chat\",\"room\":\"r\",\"id\":2,\"data\":{\"message\":\"missed\"}}");
      try (CborWire back = new CborWire(server.port(), "ann", NAME)) {
        back.say(
            "type", "resume",
            "id", 1,
            "session", welcome.get("session").stringValue(),
            "secret", welcome.get("secret").stringValue(),
            "logs", List.of(Map.of("room", "r", "epoch", epoch, "seq", 0L)));
        JsonNode message = back.next();
        while (!message.get("type").stringValue().equals("resumed")) {
          message = back.next();
        }
        assertThat(message.get("re").intValue()).isEqualTo(1);
        assertThat(back.next().get("data").get("message").stringValue()).isEqualTo("missed");
      }
    }
  }

  @Test
  void dataIsRelayedAsItStandsToThoseWhoReadTheSame() {
    try (CborWire ann = CborWire.welcomed(server.port(), "ann");
        CborWire bob = CborWire.welcomed(server.port(), "bob")) {
      for (CborWire each : List.of(bob, ann)) {
        each.say("type", "join_room", "room", "r", "id", 1);
        assertThat(each.next().get("re").intValue()).isEqualTo(1);
      }
      assertThat(bob.next().get("type").stringValue()).isEqualTo("user_joined");
      byte[] data = hex("b90001 676d657373616765 78026869"); // longer heads than needed
      byte[] head = hex("a4 6474797065 6463686174 64726f6f6d 6172 646563686f f4 6464617461");
      byte[] message = Arrays.copyOf(head, head.length + data.length);
      System.arraycopy(data, 0, message, head.length, data.length);
      ann.say(message);
      byte[] heard = bob.bytes();
      assertThat(Arrays.copyOfRange(heard, heard.length - data.length, heard.length))
          .isEqualTo(data);
    }
  }

  @Test
  @Tag("B4")
  void badInputIsAnsweredAndCostsNobodyElseAnything() throws IOException {
    try (CborWire ann = CborWire.welcomed(server.port(), "ann");
        Wire bob = Wire.welcomed(server.port(), "bob")) {
      String all = Files.readString(Path.of("..", "spec", "cbor-vectors.txt"));
      int tried = 0;
      for (String block : all.split("\n\n", -1)) {
        if (block.startsWith("!")) {
          List<String> lines = block.lines().toList();
          ann.say(hex(String.join("", lines.subList(2, lines.size()))));
          JsonNode error = ann.next();
          assertThat(error.get("code").stringValue()).as(block).isEqualTo("bad_message");
          assertThat(error.get("message").stringValue()).contains(lines.get(1));
          tried++;
        }
      }
      assertThat(tried).isGreaterThan(30);
      ann.webSocket.sendText("{\"type\":\"ping\",\"id\":1}", true).join();
      assertThat(ann.next().get("message").stringValue()).contains("text");
      ann.say(deep(99));
      assertThat(ann.next().get("type").stringValue()).isEqualTo("pong");
      ann.say(deep(100));
      assertThat(ann.next().get("message").stringValue()).contains("level 101");
      ann.say(deep(20_000));
      assertThat(ann.next().get("message").stringValue()).contains("level 101");
      ann.say("type", "ping", "id", 2);
      assertThat(ann.next().get("type").stringValue()).isEqualTo("pong");
      bob.hearsNothing();
    }
  }

  /** A ping with that many arrays in each other. */
  private static byte[] deep(int levels) {
    byte[] head = hex("a2 6474797065 6470696e67 6464617461");
    byte[] message = Arrays.copyOf(head, head.length + levels);
    Arrays.fill(message, head.length, message.length, (byte) 0x81);
    message[message.length - 1] = (byte) 0x80;
    return message;
  }

  @Test
  void theErrorNamesTheIdThatStoodBeforeWhatIsWrong() {
    try (CborWire ann = CborWire.welcomed(server.port(), "ann")) {
      ann.say(hex("a3 626964 07 6474797065 6470696e67 6464617461 9fff"));
      assertThat(ann.next().get("re").intValue()).isEqualTo(7);
    }
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
