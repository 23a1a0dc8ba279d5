package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * RFC 6455 §5 as a table: what a client sends, and what an echo server answers. A line is a list of
 * frames, each {@code first byte in hex:payload}, payload as text, {@code #hex}, or {@code
 * length*character}; {@code close CODE} is a close frame the server must send, after which it ends
 * the stream. Each row is delivered at once, byte by byte and in odd pieces.
 */
@Tag("B2")
class FramesTest {
  private static final String CONVERSATIONS =
      """
      81:hello                                   | 81:hello
      81:                                        | 81:
      82:                                        | 82:
      82:#00ff80                                 | 82:#00ff80
      81:#c3a4e282acf09f9880                     | 81:#c3a4e282acf09f9880
      81:125*x                                   | 81:125*x
      81:126*x                                   | 81:126*x
      81:127*x                                   | 81:127*x
      81:128*x                                   | 81:128*x
      81:129*x                                   | 81:129*x
      82:65535*x                                 | 82:65535*x
      82:65536*x                                 | 82:65536*x
      82:65537*x                                 | 82:65537*x
      82:65538*x                                 | 82:65538*x
      82:65539*x                                 | 82:65539*x
      81:a 81:b 81:c                             | 81:a 81:b 81:c
      01:ab 80:cd                                | 81:abcd
      01:ab 00:cd 00: 80:ef                      | 81:abcdef
      01: 00: 80:                                | 81:
      02:ab 89:p 80:cd                           | 8a:p 82:abcd
      01:ab 8a:q 89:p 00:cd 89:r 80:ef           | 8a:p 8a:r 81:abcdef
      01:#c3 80:#a4                              | 81:#c3a4
      01:#f0 00:#9f 00:#98 80:#80                | 81:#f09f9880
      89:                                        | 8a:
      89:125*p                                   | 8a:125*p
      89:a 89:b 89:c                             | 8a:a 8a:b 8a:c
      8a:unasked 81:x                            | 81:x
      88:                                        | close 1005
      88:#03e8                                   | close 1000
      88:#03e86279650a                           | close 1000
      81:x 88:#03e8 81:y                         | 81:x close 1000
      01:x 88:#03e8                              | close 1000
      88:#0bb8                                   | close 3000
      88:#1387                                   | close 4999
      88:#03eb                                   | close 1003
      88:#03ef                                   | close 1007
      88:#03f6                                   | close 1014
      88:#03                                     | close 1002
      88:#0000                                   | close 1002
      88:#03e7                                   | close 1002
      88:#03ec                                   | close 1002
      88:#03ed                                   | close 1002
      88:#03ee                                   | close 1002
      88:#03f7                                   | close 1002
      88:#07d0                                   | close 1002
      88:#0bb7                                   | close 1002
      88:#1388                                   | close 1002
      88:#ffff                                   | close 1002
      88:#03e8c328                               | close 1007
      88:126*x                                   | close 1002
      89:126*x                                   | close 1002
      8a:126*x                                   | close 1002
      09:x                                       | close 1002
      0a:x                                       | close 1002
      08:#03e8                                   | close 1002
      80:x                                       | close 1002
      00:x                                       | close 1002
      81:ok 80:x                                 | 81:ok close 1002
      01:x 81:y                                  | close 1002
      01:x 02:y                                  | close 1002
      01:x 01:y                                  | close 1002
      c1:x                                       | close 1002
      a1:x                                       | close 1002
      91:x                                       | close 1002
      f2:x                                       | close 1002
      c9:x                                       | close 1002
      83:x                                       | close 1002
      84:x                                       | close 1002
      85:x                                       | close 1002
      86:x                                       | close 1002
      87:x                                       | close 1002
      8b:x                                       | close 1002
      8c:x                                       | close 1002
      8d:x                                       | close 1002
      8e:x                                       | close 1002
      8f:x                                       | close 1002
      81:#80                                     | close 1007
      81:#c0af                                   | close 1007
      81:#c1bf                                   | close 1007
      81:#e08080                                 | close 1007
      81:#e09fbf                                 | close 1007
      81:#eda080                                 | close 1007
      81:#edbfbf                                 | close 1007
      81:#ed9fbf                                 | 81:#ed9fbf
      81:#ee8080                                 | 81:#ee8080
      81:#f0808080                               | close 1007
      81:#f08fbfbf                               | close 1007
      81:#f0908080                               | 81:#f0908080
      81:#f48fbfbf                               | 81:#f48fbfbf
      81:#f4908080                               | close 1007
      81:#f5808080                               | close 1007
      81:#fe                                     | close 1007
      81:#ff                                     | close 1007
      81:#c3                                     | close 1007
      81:#e282                                   | close 1007
      81:#6162636465666768c3a4c328               | close 1007
      01:#c3 80:                                 | close 1007
      01:#c3 00:#28                              | close 1007
      01:#f4 00:#90                              | close 1007
      01:64*x 00:#ff                             | close 1007
      82:1048577*x                               | close 1009
      02:700000*x 80:700000*x                    | close 1009
      """;

  private static EchoServer server;

  @BeforeAll
  static void start() {
    server = new EchoServer(IoKind.best(), WebSocketOptions.DEFAULT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> conversations() {
    return CONVERSATIONS
        .lines()
        .flatMap(line -> {
          String sent = line.substring(0, line.indexOf('|')).strip();
          String answered = line.substring(line.indexOf('|') + 1).strip();
          int size = sent.contains("000*") || sent.contains("1048577") ? 0 : sent.length();
          IntStream pieces =
              sent.contains("655")
                  ? IntStream.of(0, 1009)
                  : size == 0 ? IntStream.of(0) : IntStream.of(0, 1, 3);
          return pieces.mapToObj(piece -> Arguments.of(sent, answered, piece));
        });
  }

  @ParameterizedTest(name = "{0} | {1} | pieces of {2}")
  @MethodSource("conversations")
  void theServerAnswersAsTheStandardSays(String sent, String answered, int piece) {
    try (Raw raw = Raw.webSocket(server.address(), "/")) {
      deliver(raw, frames(sent), piece);
      for (String expected : answered.split(" (?=[0-9a-f]{2}:|close)", -1)) {
        if (expected.startsWith("close")) {
          Raw.Frame frame = raw.read();
          assertThat(frame.first()).isEqualTo(0x88);
          assertThat(frame.code())
              .as(frame.text())
              .isEqualTo(Integer.parseInt(expected.substring(6)));
          assertThat(raw.ended()).as("the stream ends properly").isTrue();
        } else {
          Raw.Frame frame = raw.read();
          assertThat(Integer.toHexString(frame.first()))
              .isEqualTo(expected.substring(0, 2).replaceFirst("^0", ""));
          assertThat(frame.payload()).isEqualTo(payload(expected.substring(3)));
        }
      }
    }
  }

  @Test
  void whatIsWrongWithALengthOrAMaskIsSaid() {
    assertClose("81 05 68 65 6c 6c 6f", 1002, "not masked");
    assertClose("81 fe 00 05 00 00 00 00", 1002, "shortest form");
    assertClose("81 ff 00 00 00 00 00 00 ff ff 00 00 00 00", 1002, "shortest form");
    assertClose("82 ff 80 00 00 00 00 00 00 00 00 00 00 00", 1002, "highest bit");
    assertClose("82 ff 7f ff ff ff ff ff ff ff 00 00 00 00", 1009, "limit");
    assertClose("82 ff 00 00 00 01 00 00 00 00 00 00 00 00", 1009, "limit");
  }

  private static void assertClose(String hex, int code, String reason) {
    try (Raw raw = Raw.webSocket(server.address(), "/")) {
      raw.send(HexFormat.ofDelimiter(" ").parseHex(hex));
      Raw.Frame frame = raw.read();
      assertThat(frame.code()).isEqualTo(code);
      assertThat(frame.text()).contains(reason);
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void invalidTextIsRefusedBeforeItsMessageIsComplete() {
    try (Raw raw = Raw.webSocket(server.address(), "/")) {
      byte[] whole = Raw.masked(0x81, new byte[] {'a', (byte) 0xff, 'b', 'c', 'd', 'e', 'f', 'g'});
      raw.send(Arrays.copyOf(whole, whole.length - 4));
      assertThat(raw.read().code()).isEqualTo(1007);
    }
  }

  @Test
  void aMessageMayHaveTensOfThousandsOfFragments() {
    try (Raw raw = Raw.webSocket(server.address(), "/")) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(Raw.masked(0x01, new byte[] {'<'}));
      for (int i = 0; i < 50_000; i++) {
        out.writeBytes(Raw.masked(0x00, new byte[] {'x'}));
      }
      out.writeBytes(Raw.masked(0x80, new byte[] {'>'}));
      raw.send(out.toByteArray());
      assertThat(raw.read().text()).isEqualTo("<" + "x".repeat(50_000) + ">");
    }
  }

  @Test
  void aPeerThatHalfClosesStillGetsItsAnswers() {
    try (Raw raw = Raw.webSocket(server.address(), "/")) {
      raw.frame(0x82, new byte[500_000]);
      raw.frame(0x81, "last");
      raw.shutdownOutput();
      assertThat(raw.read().payload()).hasSize(500_000);
      assertThat(raw.read().text()).isEqualTo("last");
      assertThat(raw.ended()).isTrue();
    }
  }

  private static void deliver(Raw raw, byte[] bytes, int piece) {
    try {
      if (piece == 0) {
        raw.send(bytes);
      }
      for (int at = 0; piece > 0 && at < bytes.length; at += piece) {
        raw.send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
      }
    } catch (java.io.UncheckedIOException serverHasEnded) {
      // The answer was complete before everything was sent.
      assertThat(piece).isPositive();
    }
  }

  private static byte[] frames(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String frame : text.split(" ", -1)) {
      out.writeBytes(
          Raw.masked(Integer.parseInt(frame.substring(0, 2), 16), payload(frame.substring(3))));
    }
    return out.toByteArray();
  }

  private static byte[] payload(String text) {
    if (text.startsWith("#")) {
      return HexFormat.of().parseHex(text.substring(1));
    }
    List<String> parts = new ArrayList<>(List.of(text.split("\\*", -1)));
    if (parts.size() == 2) {
      return parts.get(1).repeat(Integer.parseInt(parts.get(0))).getBytes(StandardCharsets.UTF_8);
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
