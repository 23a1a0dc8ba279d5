package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("B1")
class UpgradeTest {
  private static EchoServer server;

  @BeforeAll
  static void start() {
    server = new EchoServer(IoKind.best(), WebSocketOptions.DEFAULT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> handshakes() {
    String good = BarePeer.handshake("/");
    return Stream.of(
        Arguments.of("a proper one", good, 101, ""),
        Arguments.of(
            "names in any case",
            good.replace("Upgrade: websocket", "UPGRADE: WebSocket")
                .replace("Connection: Upgrade", "connection: keep-alive, upgrade"),
            101,
            ""),
        Arguments.of("an absolute target", good.replace("GET / ", "GET http://test/ "), 101, ""),
        Arguments.of("POST", good.replace("GET", "POST"), 405, "expected: GET"),
        Arguments.of("HTTP/1.0", good.replace("HTTP/1.1", "HTTP/1.0"), 400, "HTTP/1.0"),
        Arguments.of("HTTP/2.0", good.replace("HTTP/1.1", "HTTP/2.0"), 505, "version"),
        Arguments.of("no Host", good.replace("Host: test\r\n", ""), 400, "Host"),
        Arguments.of(
            "two Hosts", good.replace("Host: test", "Host: test\r\nHost: test"), 400, "Host"),
        Arguments.of("no Upgrade", good.replace("Upgrade: websocket\r\n", ""), 426, "Upgrade"),
        Arguments.of(
            "another Upgrade", good.replace("Upgrade: websocket", "Upgrade: h2c"), 426, "Upgrade"),
        Arguments.of(
            "no Connection", good.replace("Connection: Upgrade\r\n", ""), 400, "Connection"),
        Arguments.of(
            "Connection without it",
            good.replace("Connection: Upgrade", "Connection: keep-alive"),
            400,
            "Connection"),
        Arguments.of(
            "no version",
            good.replace("Sec-WebSocket-Version: 13\r\n", ""),
            426,
            "Sec-WebSocket-Version: 13"),
        Arguments.of(
            "version 8",
            good.replace("Version: 13", "Version: 8"),
            426,
            "Sec-WebSocket-Version: 13"),
        Arguments.of(
            "two versions",
            good.replace("Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13"),
            426,
            "expected: 13"),
        Arguments.of(
            "no key",
            good.replace("Sec-WebSocket-Key: " + BarePeer.KEY + "\r\n", ""),
            400,
            "Sec-WebSocket-Key"),
        Arguments.of(
            "two keys",
            good.replace(
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + BarePeer.KEY),
            400,
            "2 of them"),
        Arguments.of(
            "a short key", good.replace(BarePeer.KEY, "c2hvcnQ="), 400, "Sec-WebSocket-Key"),
        Arguments.of(
            "a key that is no base64",
            good.replace(BarePeer.KEY, "!!!!!!!!!!!!!!!!!!!!!!=="),
            400,
            "Sec-WebSocket-Key"),
        Arguments.of(
            "extensions unknown",
            BarePeer.handshake("/", "Sec-WebSocket-Extensions: foo; bar=1, baz; q=\"x\""),
            101,
            ""),
        Arguments.of(
            "extensions empty",
            BarePeer.handshake("/", "Sec-WebSocket-Extensions: "),
            400,
            "Extensions"),
        Arguments.of(
            "extensions with a hole",
            BarePeer.handshake("/", "Sec-WebSocket-Extensions: foo,,bar"),
            400,
            "Extensions"),
        Arguments.of(
            "extension parameter without a name",
            BarePeer.handshake("/", "Sec-WebSocket-Extensions: foo; =1"),
            400,
            "Extensions"),
        Arguments.of(
            "extension with an open quote",
            BarePeer.handshake("/", "Sec-WebSocket-Extensions: foo; a=\"b"),
            400,
            "Extensions"),
        Arguments.of(
            "subprotocols twice the same",
            BarePeer.handshake("/", "Sec-WebSocket-Protocol: a, a"),
            400,
            "Protocol"),
        Arguments.of(
            "subprotocol that is no token",
            BarePeer.handshake("/", "Sec-WebSocket-Protocol: a b"),
            400,
            "Protocol"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("handshakes")
  void aHandshakeGetsItsStatusAndABodyThatSaysWhy(
      String name, String request, int status, String says) {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      String response = raw.send(request).response();
      assertThat(response).as(name).startsWith("HTTP/1.1 " + status).contains(says);
    }
  }

  @Test
  void theKeyIsAnsweredAsTheStandardSays() {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      assertThat(raw.send(BarePeer.handshake("/")).head())
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
    }
  }

  @Test
  void aFrameInTheSameSegmentAsTheHandshakeIsNotLost() {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      byte[] frame =
          BarePeer.masked(0x81, "early".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      byte[] head = BarePeer.handshake("/").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      byte[] both = java.util.Arrays.copyOf(head, head.length + frame.length);
      System.arraycopy(frame, 0, both, head.length, frame.length);
      raw.send(both);
      assertThat(raw.head()).startsWith("HTTP/1.1 101");
      assertThat(raw.read().text()).isEqualTo("early");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void aHandshakeMayArriveInPieces(int size) {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      String request = BarePeer.handshake("/");
      for (int at = 0; at < request.length(); at += size) {
        raw.send(request.substring(at, Math.min(request.length(), at + size)));
      }
      assertThat(raw.head()).startsWith("HTTP/1.1 101");
    }
  }
}
