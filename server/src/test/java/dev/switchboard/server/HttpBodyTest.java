package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing here takes a body, so that none is read. */
@Tag("B11")
class HttpBodyTest {
  private static ServerBuilder server() {
    return Server.builder()
        .port(0)
        .get("/there", request -> HttpResponse.text(200, "there\n"))
        .endpoint("/raw", RawEndpoint.create());
  }

  private static Socket ask(int port, String head) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "POST /there, Content-Length: 1000000, 405",
    "PUT /there, Transfer-Encoding: chunked, 405",
    "POST /nowhere, Content-Length: 1000000, 404",
    "POST /nowhere, Content-Length: 99999999999, 404",
    "GET /there, Content-Length: 5, 413",
    "GET /healthz, Transfer-Encoding: chunked, 413",
    "POST /raw, Content-Length: 1000000, 426"
  })
  void aRequestWithABodyIsAnsweredBeforeItsBodyCameAndTheConnectionEnds(
      String request, String field, int status) throws Exception {
    try (Server server = server().start();
        Socket socket =
            ask(server.port(), request + " HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n\r\n")) {
      assertThat(answer(socket)).startsWith("HTTP/1.1 " + status).contains("Connection: close");
    }
  }

  @Test
  void whoPromisesABodyIsNotWaitedFor() throws Exception {
    try (Server server = server().start()) {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sockets.add(
            ask(
                server.port(),
                "POST /there HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nhalf"));
      }
      for (Socket socket : sockets) {
        assertThat(answer(socket)).startsWith("HTTP/1.1 405");
        socket.close();
      }
      try (Socket bystander =
          ask(
              server.port(),
              "GET /there HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
        assertThat(answer(bystander)).startsWith("HTTP/1.1 200").endsWith("there\n");
      }
    }
  }
}
