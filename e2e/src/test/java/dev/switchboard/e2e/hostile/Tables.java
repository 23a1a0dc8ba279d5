package dev.switchboard.e2e.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.peers.Conversation;
import dev.switchboard.protocol.format.Json;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The cases that are tables of text. Each file says what its rows look like. */
final class Tables {
  private Tables() {}

  static List<HostileCase> all() {
    return Stream.of(
            Row.of("http.txt").stream().map(row -> played(row, Tables::http)),
            Row.of("frames.txt").stream().map(row -> played(row, Tables::frames)),
            Row.of("json.txt").stream().map(row -> played(row, Tables::json)),
            Row.of("cbor.txt").stream().map(row -> played(row, Tables::cbor)))
        .flatMap(rows -> rows)
        .toList();
  }

  /** Plays a row. */
  @FunctionalInterface
  private interface Player {
    void play(Row row, Site site);
  }

  private static HostileCase played(Row row, Player player) {
    return new HostileCase(row.area(), row.name(), site -> player.play(row, site));
  }

  private static String shorthand(String sent) {
    String rest = "Upgrade: websocket¶Connection: Upgrade¶Sec-WebSocket-Version: 13¶";
    String key = "Sec-WebSocket-Key: " + BarePeer.KEY + "¶";
    return sent.replaceAll("\\{(GET|POST) ([^}]*)}", "$1 $2 HTTP/1.1¶Host: localhost¶")
        .replaceAll("\\{UPGRADE ([^}]*)}", "GET $1 HTTP/1.1¶" + rest + key);
  }

  private static void http(Row row, Site site) {
    try (BarePeer peer = new BarePeer(site.port())) {
      peer.send(Row.bytes(shorthand(row.sent())));
      for (String expected : row.expected().split("; ", -1)) {
        if (expected.equals("end")) {
          assertThat(peer.ended()).as("the stream ends").isTrue();
        } else {
          answered(peer.response(), expected);
        }
      }
    }
  }

  private static void answered(String response, String expected) {
    String[] words = expected.split(" ", 3);
    assertThat(response).startsWith("HTTP/1.1 " + words[0]);
    if (words.length == 3 && words[1].equals("without")) {
      assertThat(response).doesNotContain(words[2]);
    } else if (words.length > 1) {
      assertThat(response).contains(expected.substring(words[0].length() + 1));
    }
  }

  private static void frames(Row row, Site site) {
    try (Typist peer = Typist.open(site.port(), "/raw")) {
      peer.peer()
          .send(
              row.sent().startsWith("raw ")
                  ? HexFormat.of().parseHex(row.sent().substring(4).replace(" ", ""))
                  : new Conversation(row.area(), row.sent(), "").bytes(peer.peer()));
      for (String expected : row.expected().split("; ", -1)) {
        if (expected.startsWith("close ")) {
          closed(peer, expected);
        } else {
          assertThat(peer.frame().text()).isEqualTo(expected.substring("echo ".length()));
        }
      }
    }
  }

  private static void json(Row row, Site site) {
    try (Typist mallory = site.enter("mallory", "den")) {
      for (String message : row.sent().split(" ⏎ ", -1)) {
        mallory.send(Row.bytes(message));
      }
      answered(mallory, row);
    }
  }

  private static void cbor(Row row, Site site) {
    try (Typist mallory = Typist.binary(site.port(), "/ws?user=mallory")) {
      mallory.next("welcome");
      mallory.ask("{\"type\":\"join_room\",\"room\":\"den\",\"id\":0}", "room_joined");
      mallory.send(HexFormat.of().parseHex(hex(row.sent())));
      answered(mallory, row);
    }
  }

  /** Returns the bytes in hexadecimal. A text in quotes is a CBOR text of less than 24 bytes. */
  private static String hex(String sent) {
    StringBuilder hex = new StringBuilder();
    String[] parts = Row.repeated(sent).split("'", -1);
    for (int i = 0; i < parts.length; i++) {
      byte[] text = parts[i].getBytes(UTF_8);
      hex.append(
          i % 2 == 0
              ? parts[i].replace(" ", "")
              : "%02x".formatted(0x60 | text.length) + HexFormat.of().formatHex(text));
    }
    return hex.toString();
  }

  private static void answered(Typist mallory, Row row) {
    boolean open = true;
    for (String expected : row.expected().split(" ⏎ ", -1)) {
      if (expected.startsWith("close ")) {
        closed(mallory, expected);
        open = false;
      } else if (!expected.equals("nothing")) {
        answered(mallory.next(), expected);
      }
    }
    if (open) {
      mallory.expectNothing();
      mallory.leave();
    }
  }

  private static void closed(Typist peer, String expected) {
    String[] words = expected.split(" ", 3);
    peer.expectClose(Integer.parseInt(words[1]), words.length < 3 ? "" : words[2]);
  }

  /** Checks an answer: {@code TYPE@ID {keys}}, or {@code CODE@ID text} for an error. */
  private static void answered(JsonNode answer, String expected) {
    String[] words = expected.split(" ", 2);
    String[] what = words[0].split("@", 2);
    String type = answer.path("type").asString();
    String name = type.equals("error") ? answer.path("code").asString() : type;
    assertThat(name).as("%s", answer).isEqualTo(what[0]);
    assertThat(answer.path("re").asString("")).as("re").isEqualTo(what.length < 2 ? "" : what[1]);
    if (words.length < 2) {
      return;
    }
    if (type.equals("error")) {
      assertThat(answer.get("message").asString()).contains(words[1]);
    } else {
      Json.MAPPER
          .readTree(words[1])
          .properties()
          .forEach(key -> assertThat(answer.get(key.getKey())).isEqualTo(key.getValue()));
    }
  }
}
