package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("B1")
class HttpTest {
  private static EchoServer server;

  @BeforeAll
  static void start() {
    server = new EchoServer(IoKind.best(), WebSocketOptions.DEFAULT, limits().build());
  }

  private static ServerTransportOptions.Builder limits() {
    return ServerTransportOptions.builder()
        .host("127.0.0.1")
        .port(0)
        .http(
            new HttpLimits(
                2048,
                1000,
                Duration.ofMillis(400),
                Duration.ofMillis(400),
                HttpLimits.DEFAULT.keepAliveTimeout()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> requests() {
    String get = "GET /a%20b?x=1 HTTP/1.1\r\nHost: t\r\n";
    String post = "POST /p HTTP/1.1\r\nHost: t\r\n";
    return Stream.of(
        Arguments.of(get + "\r\n", 200, "GET /a b 0"),
        Arguments.of("\r\n" + get + "\r\n", 200, "GET /a b 0"),
        Arguments.of("GET /%c3%bc?u=%e4%bd%a0 HTTP/1.1\r\nHost: t\r\n\r\n", 200, "GET /ü 0"),
        Arguments.of("GET /?user=%zz HTTP/1.1\r\nHost: t\r\n\r\n", 200, "GET / 0"),
        Arguments.of("GET /?user=%ff HTTP/1.1\r\nHost: t\r\n\r\n", 400, "not UTF-8"),
        Arguments.of("GET /?user=%c3 HTTP/1.1\r\nHost: t\r\n\r\n", 400, "not UTF-8"),
        Arguments.of("GET /%ed%a0%80 HTTP/1.1\r\nHost: t\r\n\r\n", 400, "not UTF-8"),
        Arguments.of("GET / HTTP/1.0\r\n\r\n", 200, "GET / 0"),
        Arguments.of(post + "Content-Length: 5\r\n\r\nhello", 200, "POST /p 5"),
        Arguments.of(
            post
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "3\r\n"
                + "abc\r\n"
                + "4;x=y\r\n"
                + "defg\r\n"
                + "0\r\n"
                + "T: v\r\n\r\n",
            200,
            "POST /p 7"),
        Arguments.of(post + "Content-Length: 1001\r\n\r\n", 413, "longer than 1000"),
        Arguments.of(post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, "longer than 1000"),
        Arguments.of(
            post + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", 413, "longer than 1000"),
        Arguments.of(
            post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "Transfer-Encoding"),
        Arguments.of(post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "Transfer-Encoding"),
        Arguments.of(
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            501,
            "Transfer-Encoding"),
        Arguments.of(post + "Transfer-Encoding : chunked\r\n\r\n", 400, "header name"),
        Arguments.of(
            post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400, "Content-Length"),
        Arguments.of(post + "Content-Length: +5\r\n\r\nhello", 400, "Content-Length"),
        Arguments.of(post + "Content-Length: 5, 5\r\n\r\nhello", 400, "Content-Length"),
        Arguments.of(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 400, "chunk"),
        Arguments.of(post + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n", 400, "chunk"),
        Arguments.of(post + "Expect: 200-ok\r\nContent-Length: 5\r\n\r\n", 417, "Expect"),
        Arguments.of("GET / HTTP/1.1\nHost: t\n\n", 400, "line feed"),
        Arguments.of(get + "A: b\rc\r\n\r\n", 400, "carriage return"),
        Arguments.of(get + "A: b\r\n c\r\n\r\n", 400, "second line"),
        Arguments.of(get + "A\r\n\r\n", 400, "colon"),
        Arguments.of(get + "A: \u0001\r\n\r\n", 400, "header A"),
        Arguments.of("GET  / HTTP/1.1\r\nHost: t\r\n\r\n", 400, "request line"),
        Arguments.of("GET /\r\n\r\n", 400, "request line"),
        Arguments.of("G(T / HTTP/1.1\r\nHost: t\r\n\r\n", 400, "method"),
        Arguments.of("GET x HTTP/1.1\r\nHost: t\r\n\r\n", 400, "target"),
        Arguments.of("GET /\u00e9 HTTP/1.1\r\nHost: t\r\n\r\n", 400, "target"),
        Arguments.of("CONNECT a:1 HTTP/1.1\r\nHost: t\r\n\r\n", 501, "CONNECT"),
        Arguments.of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Host"),
        Arguments.of("GET / HTTP/3\r\nHost: t\r\n\r\n", 400, "version"),
        Arguments.of(get + "X: " + "x".repeat(3000), 431, "longer than 2048"),
        Arguments.of("G".repeat(3000), 431, "longer than 2048"),
        Arguments.of(get + "a: b\r\n".repeat(120) + "\r\n", 431, "more than 100"),
        Arguments.of("GET / HT", 408, "not complete"),
        Arguments.of(post + "Content-Length: 5\r\n\r\nhel", 408, "not complete"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aRequestGetsItsStatus(String request, int status, String says) {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      assertThat(raw.send(request).response()).startsWith("HTTP/1.1 " + status).contains(says);
      if (status != 200) {
        assertThat(raw.ended()).as("the connection ends properly").isTrue();
      }
    }
  }

  @Test
  void aConnectionIsKeptAndPipelinedRequestsAreAnsweredInOrder() {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      StringBuilder many = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        many.append("POST /")
            .append(i)
            .append(" HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc");
      }
      raw.send(many.toString());
      for (int i = 0; i < 50; i++) {
        assertThat(raw.response()).startsWith("HTTP/1.1 200").endsWith("POST /" + i + " 3");
      }
      raw.send("GET /last HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
      assertThat(raw.response()).contains("Connection: close").endsWith("GET /last 0");
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void headGetsTheLengthButNotTheBody() {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      raw.send("HEAD / HTTP/1.1\r\nHost: t\r\n\r\nGET /x HTTP/1.1\r\nHost: t\r\n\r\n");
      assertThat(raw.head()).contains("Content-Length: 8");
      assertThat(raw.response()).endsWith("GET /x 0");
    }
  }

  @Test
  void theBodyIsAskedForWhenTheClientWaits() {
    try (BarePeer raw = new BarePeer(server.address().getPort())) {
      raw.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(raw.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(raw.send("ab").response()).endsWith("POST / 2");
    }
  }

  @Test
  void anAnswerMayComeLaterAndFromAnyThreadWhileTheNextRequestsWait() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Throwable> second = new AtomicReference<>();
    HttpHandler handler =
        exchange -> {
          Thread unused =
              Thread.ofVirtual()
                  .start(() -> {
                    try {
                      go.await();
                    } catch (InterruptedException e) {
                      return;
                    }
                    exchange.respond(HttpResponse.text(200, exchange.request().path()));
                    try {
                      exchange.respond(HttpResponse.text(200, "again"));
                    } catch (IllegalStateException e) {
                      second.set(e);
                    }
                  });
        };
    try (Loops loops = Loops.of(IoKind.best(), 1);
        ServerTransport other = ServerTransport.bind(limits().build(), loops, handler);
        BarePeer raw = new BarePeer(other.localAddress().getPort())) {
      for (int i = 0; i < 5; i++) {
        raw.send("GET /" + i + " HTTP/1.1\r\nHost: t\r\n\r\n");
      }
      go.countDown();
      for (int i = 0; i < 5; i++) {
        assertThat(raw.response()).endsWith("/" + i);
      }
      assertThat(second.get()).hasMessageContaining("answered before");
    }
  }

  @Test
  void aHandlerThatThrowsCostsOnlyItsRequest() {
    HttpHandler handler =
        exchange -> {
          if (exchange.request().path().equals("/bad")) {
            throw new IllegalArgumentException("on purpose");
          }
          exchange.respond(HttpResponse.text(200, "fine"));
        };
    try (Loops loops = Loops.of(IoKind.best(), 1);
        ServerTransport other = ServerTransport.bind(limits().build(), loops, handler);
        BarePeer raw = new BarePeer(other.localAddress().getPort())) {
      assertThat(raw.send("GET /bad HTTP/1.1\r\nHost: t\r\n\r\n").response())
          .startsWith("HTTP/1.1 500");
      assertThat(raw.send("GET /good HTTP/1.1\r\nHost: t\r\n\r\n").response())
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  @Tag("B8")
  void connectionsBeyondTheLimitAreRefusedWith503() throws Exception {
    try (EchoServer small =
            new EchoServer(
                IoKind.best(), WebSocketOptions.DEFAULT, limits().maxConnections(2).build());
        BarePeer first = BarePeer.webSocket(small.address().getPort(), "/");
        BarePeer second = BarePeer.webSocket(small.address().getPort(), "/")) {
      try (BarePeer third = new BarePeer(small.address().getPort())) {
        assertThat(third.send(BarePeer.handshake("/")).response())
            .startsWith("HTTP/1.1 503")
            .contains("Retry-After");
      }
      first.reset();
      assertThat(small.closes.poll(10, TimeUnit.SECONDS).code()).isEqualTo(1006);
      assertThat(second.frame(0x81, "still").read().text()).isEqualTo("still");
    }
  }

  @Test
  void aPortInUseIsSaidClearly() {
    try (Loops loops = Loops.of(IoKind.best(), 1)) {
      int port = server.address().getPort();
      var options = ServerTransportOptions.builder().host("127.0.0.1").port(port).build();
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> ServerTransport.bind(options, loops, exchange -> {}))
          .isInstanceOf(BindFailedException.class)
          .hasMessageContaining("127.0.0.1:" + port);
    }
  }
}
