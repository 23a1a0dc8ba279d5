package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.HandshakeException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our client makes of the answers a server may give to its handshake (RFC 6455 §4.1). */
@Tag("A1")
final class ClientHandshakeTest {
  private static Subject client;

  @BeforeAll
  static void start() {
    client = new Subject(Role.CLIENT, WebSocketOptions.DEFAULT);
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  private static Arguments row(
      String name, UnaryOperator<String> change, @Nullable Kind kind, String says) {
    return Arguments.of(name, change, kind, says);
  }

  private static Arguments taken(String name, UnaryOperator<String> change) {
    return row(name, change, null, "");
  }

  private static Arguments refused(String name, UnaryOperator<String> change, String says) {
    return row(name, change, Kind.PROTOCOL, says);
  }

  private static UnaryOperator<String> replace(String what, String by) {
    return good -> {
      assertThat(good).contains(what);
      return good.replace(what, by);
    };
  }

  private static UnaryOperator<String> add(String line) {
    return replace("\r\n\r\n", "\r\n" + line + "\r\n\r\n");
  }

  private static UnaryOperator<String> instead(String whole) {
    return good -> whole;
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        taken("a proper one", good -> good),
        taken(
            "names in any case",
            good ->
                good.toLowerCase(Locale.ROOT)
                    .replaceFirst("sec-websocket-accept: .*", accept(good))
                    .replace("http/1.1", "HTTP/1.1")),
        taken("another reason phrase", replace("Switching Protocols", "Go on")),
        taken("no reason phrase", replace("101 Switching Protocols", "101")),
        taken(
            "tokens among others",
            replace("Connection: Upgrade", "Connection: keep-alive, upgrade")),
        taken("the offered subprotocol", add("Sec-WebSocket-Protocol: b")),
        taken("further headers", add("Set-Cookie: a=b\r\nX-Long: " + "x".repeat(8_000))),
        taken(
            "an interim answer first",
            good -> "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + good),
        refused("no Upgrade", replace("Upgrade: websocket\r\n", ""), "Upgrade"),
        refused("another Upgrade", replace("Upgrade: websocket", "Upgrade: h2c"), "Upgrade"),
        refused("no Connection", replace("Connection: Upgrade\r\n", ""), "Connection"),
        refused(
            "another Connection",
            replace("Connection: Upgrade", "Connection: close"),
            "Connection"),
        refused(
            "no Accept", good -> good.replaceFirst("Sec-WebSocket-Accept: .*\r\n", ""), "Accept"),
        refused(
            "a wrong Accept",
            good ->
                good.replaceFirst(
                    "Sec-WebSocket-Accept: .*",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            "Accept"),
        refused(
            "an Accept in another case",
            good ->
                good.replaceFirst(
                    "Sec-WebSocket-Accept: .*", accept(good).toLowerCase(Locale.ROOT)),
            "Accept"),
        refused("two Accepts", good -> add(accept(good)).apply(good), "Accept"),
        refused("a subprotocol not offered", add("Sec-WebSocket-Protocol: c"), "Protocol"),
        refused("a subprotocol in another case", add("Sec-WebSocket-Protocol: A"), "Protocol"),
        refused(
            "two subprotocols",
            add("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b"),
            "Protocol"),
        refused("a list of subprotocols", add("Sec-WebSocket-Protocol: a, b"), "Protocol"),
        refused("an empty subprotocol", add("Sec-WebSocket-Protocol: "), "Protocol"),
        refused(
            "an extension not offered",
            add("Sec-WebSocket-Extensions: permessage-deflate"),
            "Extensions"),
        refused("an unknown extension", add("Sec-WebSocket-Extensions: foo"), "Extensions"),
        refused("a malformed extension", add("Sec-WebSocket-Extensions: ;"), "Extensions"),
        refused("HTTP/1.0", replace("HTTP/1.1", "HTTP/1.0"), "status line"),
        refused("no status line", instead("hello\r\n\r\n"), "status line"),
        refused("a status of four digits", replace(" 101 ", " 1010 "), "status line"),
        refused("a status of two digits", replace(" 101 ", " 10 "), "status line"),
        refused(
            "a bare line feed",
            replace("Upgrade: websocket\r\n", "Upgrade: websocket\n"),
            "line feed"),
        refused(
            "a bare carriage return",
            replace("Upgrade: websocket", "Upgrade: web\rsocket"),
            "carriage return"),
        refused("a header without a colon", add("hello"), "colon"),
        refused("a folded header", add("X: a\r\n b"), "header"),
        refused("a name with a blank", add("X : a"), "header"),
        refused(
            "a head without an end", instead("HTTP/1.1 101 x\r\nX: " + "x".repeat(20_000)), "head"),
        refused("too many headers", add("X: y\r\n".repeat(100) + "X: y"), "headers"),
        row("an end", instead(""), Kind.NETWORK, "ended"),
        row("an end within the head", instead("HTTP/1.1 101 Switching"), Kind.NETWORK, "ended"),
        row(
            "a refusal",
            instead("HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nwhy"),
            Kind.STATUS,
            "why"),
        row(
            "a redirect",
            instead("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n"),
            Kind.STATUS,
            "redirects"),
        row("200", replace("101 Switching Protocols", "200 OK"), Kind.STATUS, "200"));
  }

  private static String accept(String good) {
    int at = good.indexOf("Sec-WebSocket-Accept");
    return good.substring(at, good.indexOf("\r\n", at));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("answers")
  void anAnswerIsTakenOnlyIfItIsOneToOurHandshake(
      String name, UnaryOperator<String> change, @Nullable Kind kind, String says)
      throws Exception {
    CompletableFuture<WebSocket> asked = ask("a", "b");
    try (BarePeer server = client.accept()) {
      server.send(change.apply(BarePeer.answer(server.head())));
      if (kind == null) {
        WebSocket socket = asked.get(10, TimeUnit.SECONDS);
        assertThat(socket.subprotocol()).isIn(null, "b");
        assertThat(server.frame(0x89, "p").read().first()).isEqualTo(0x8a);
        return;
      }
      if (kind != Kind.PROTOCOL) {
        server.shutdownOutput();
      }
      assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              HandshakeException.class, why -> assertThat(why.kind()).isEqualTo(kind))
          .hasMessageContaining(says);
      assertThat(server.ended()).as("the client ends the socket").isTrue();
    }
  }

  private static CompletableFuture<WebSocket> ask(String... subprotocols) {
    return client
        .ask(ClientConnect.to(client.uri()).withSubprotocols(List.of(subprotocols)))
        .toCompletableFuture();
  }

  /** Who forgets and the windows, each of the server and of the client; the offer, an answer. */
  @ParameterizedTest(name = "{0} {1} {2} {3}: {5} is taken: {6}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true  | true  | 15 | 15 | ; server_no_context_takeover; client_no_context_takeover; client_max_window_bits | ; server_no_context_takeover                              | true
          true  | true  | 15 | 15 | ; server_no_context_takeover; client_no_context_takeover; client_max_window_bits | ; server_no_context_takeover; client_max_window_bits=9    | true
          true  | true  | 15 | 15 | ; server_no_context_takeover; client_no_context_takeover; client_max_window_bits | ''                                                        | false
          false | false | 15 | 15 | ; client_max_window_bits | ''                                                    | true
          false | false | 15 | 15 | ; client_max_window_bits | ; server_no_context_takeover; client_no_context_takeover | true
          false | false | 15 | 15 | ; client_max_window_bits | ; server_max_window_bits=8; client_max_window_bits=8 | true
          false | false | 15 | 15 | ; client_max_window_bits | ; client_max_window_bits                              | false
          false | false | 15 | 15 | ; client_max_window_bits | ; client_max_window_bits=7                            | false
          false | false | 15 | 15 | ; client_max_window_bits | ; client_max_window_bits=16                           | false
          false | false | 15 | 15 | ; client_max_window_bits | ; server_max_window_bits                              | false
          false | false | 15 | 15 | ; client_max_window_bits | ; server_max_window_bits=9; server_max_window_bits=9  | false
          false | false | 15 | 15 | ; client_max_window_bits | ; server_no_context_takeover=true                     | false
          false | false | 15 | 15 | ; client_max_window_bits | ; unknown                                             | false
          false | false | 15 | 15 | ; client_max_window_bits | , permessage-deflate                                  | false
          false | false | 15 | 15 | ; client_max_window_bits | , foo                                                 | false
          false | false | 10 | 9  | ; server_max_window_bits=10; client_max_window_bits=9 | ; server_max_window_bits=10; client_max_window_bits=9 | true
          false | false | 10 | 9  | ; server_max_window_bits=10; client_max_window_bits=9 | ; server_max_window_bits=8                            | true
          false | false | 10 | 9  | ; server_max_window_bits=10; client_max_window_bits=9 | ; server_max_window_bits=11                           | false
          false | false | 10 | 9  | ; server_max_window_bits=10; client_max_window_bits=9 | ; server_max_window_bits=10; client_max_window_bits=10 | false
          false | false | 10 | 9  | ; server_max_window_bits=10; client_max_window_bits=9 | ''                                                    | false
          """)
  @Tag("B9")
  void compressionIsAgreedOnOnlyAsItWasOffered(
      boolean server,
      boolean own,
      int serverBits,
      int bits,
      String offer,
      String answer,
      boolean taken)
      throws Exception {
    var deflate = new Deflate(6, 0, server, own, serverBits, bits);
    CompletableFuture<WebSocket> asked =
        client
            .ask(
                ClientConnect.to(client.uri())
                    .withOptions(WebSocketOptions.builder().deflate(deflate).build()))
            .toCompletableFuture();
    try (BarePeer raw = client.accept()) {
      String head = raw.head();
      assertThat(head).contains("Sec-WebSocket-Extensions: permessage-deflate" + offer + "\r\n");
      raw.send(BarePeer.answer(head, "Sec-WebSocket-Extensions: permessage-deflate" + answer));
      if (taken) {
        assertThat(asked.get(10, TimeUnit.SECONDS).extensions())
            .isEqualTo("permessage-deflate" + answer);
      } else {
        assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS))
            .hasMessageContaining("Sec-WebSocket-Extensions");
        assertThat(raw.ended()).isTrue();
      }
    }
  }

  @Test
  void theHandshakeItselfIsAsTheStandardSays() {
    CompletableFuture<WebSocket> first = ask("a", "b");
    CompletableFuture<WebSocket> second = ask();
    try (BarePeer one = client.accept();
        BarePeer other = client.accept()) {
      String head = one.head();
      assertThat(head)
          .startsWith("GET / HTTP/1.1\r\nHost: 127.0.0.1:" + client.uri().getPort() + "\r\n")
          .contains("Upgrade: websocket\r\n", "Connection: Upgrade\r\n")
          .contains("Sec-WebSocket-Version: 13\r\n")
          .containsPattern("Sec-WebSocket-Key: [A-Za-z0-9+/]{22}==\r\n")
          .doesNotContain("Sec-WebSocket-Extensions");
      String plain = other.head();
      assertThat(plain + head).contains("Sec-WebSocket-Protocol: a, b\r\n");
      assertThat(BarePeer.acceptOf(plain))
          .as("a key of its own")
          .isNotEqualTo(BarePeer.acceptOf(head));
    }
    assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasMessageContaining("ended");
    assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS)).hasMessageContaining("ended");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void anAnswerMayComeInPiecesWithFramesRightAfterIt(int size) throws Exception {
    CompletableFuture<WebSocket> asked = ask();
    try (BarePeer server = client.accept()) {
      byte[] head = BarePeer.answer(server.head()).getBytes(StandardCharsets.ISO_8859_1);
      byte[] frame = server.framed(0x81, "early".getBytes(StandardCharsets.UTF_8));
      byte[] all = Arrays.copyOf(head, head.length + frame.length);
      System.arraycopy(frame, 0, all, head.length, frame.length);
      for (int at = 0; at < all.length; at += size) {
        server.send(Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
      }
      assertThat(asked.get(10, TimeUnit.SECONDS).readyState()).isEqualTo(ReadyState.OPEN);
      assertThat(server.read().text()).isEqualTo("early");
    }
  }

  @Test
  void everyFrameOfAClientIsMaskedAnew() throws Exception {
    CompletableFuture<WebSocket> asked = ask();
    try (BarePeer server = client.accept()) {
      server.send(BarePeer.answer(server.head()));
      WebSocket socket = asked.get(10, TimeUnit.SECONDS);
      socket.execute(() -> {
        for (int i = 0; i < 100; i++) {
          socket.sendBinary(new byte[4]);
        }
      });
      var keys = new java.util.HashSet<String>();
      for (int i = 0; i < 100; i++) {
        byte[] frame = server.bytes(10);
        assertThat(frame[1]).isEqualTo((byte) 0x84);
        assertThat(Arrays.copyOfRange(frame, 6, 10)).isEqualTo(Arrays.copyOfRange(frame, 2, 6));
        keys.add(Arrays.toString(Arrays.copyOfRange(frame, 2, 6)));
      }
      assertThat(keys).hasSizeGreaterThan(95);
    }
  }
}
