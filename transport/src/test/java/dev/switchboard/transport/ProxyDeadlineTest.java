package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of proxies that do not name their client in time. */
@Tag("B3")
class ProxyDeadlineTest {
  private static final ServerTransportOptions OPTIONS =
      ServerTransportOptions.builder()
          .host("127.0.0.1")
          .port(0)
          .proxyProtocol(address -> true)
          .http(
              new HttpLimits(
                  2_048,
                  1_000,
                  Duration.ofMillis(300),
                  Duration.ofMillis(300),
                  Duration.ofSeconds(60)))
          .build();

  private static Socket connect(InetSocketAddress address) throws Exception {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PROXY TCP4 203.0.113.9", "\r\n\r\n"})
  void aHeaderThatDoesNotComeInTimeEndsTheConnectionWithoutAnAnswer(String begun) throws Exception {
    try (EchoServer server = new EchoServer(IoKind.best(), WebSocketOptions.DEFAULT, OPTIONS);
        Socket socket = connect(server.address())) {
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void theDeadlineEndsWithTheHeader() throws Exception {
    try (EchoServer server = new EchoServer(IoKind.best(), WebSocketOptions.DEFAULT, OPTIONS);
        Socket socket = connect(server.address());
        Socket silent = connect(server.address())) {
      String request = "PROXY UNKNOWN\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK");
      assertThat(silent.getInputStream().read()).as("later than the deadline").isEqualTo(-1);
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] rest = socket.getInputStream().readAllBytes();
      assertThat(new String(rest, StandardCharsets.US_ASCII)).contains("HTTP/1.1 400");
    }
  }

  @ParameterizedTest
  @EnumSource(IoKind.class)
  void everyKindOfLoopPassesOnWhatFollows(IoKind kind) throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(kind.available());
    try (EchoServer server = new EchoServer(kind, WebSocketOptions.DEFAULT, OPTIONS);
        Socket socket = connect(server.address())) {
      String request = "PROXY UNKNOWN\r\nGET /all HTTP/1.0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("GET /all 0");
    }
  }
}
