package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.ConnectFailedException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fetching a bind code from servers that answer well, badly, or never to the end. */
@Tag("A20")
class BindCodeFetchTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: ";

  /** Sends the answer to the first request, and keeps the connection open. */
  private static BindCode fetch(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> {
        try (Socket socket = server.accept()) {
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (java.io.IOException closed) {
          // the client is gone
        }
      });
      return BindCode.fetch(
          URI.create("http://127.0.0.1:" + server.getLocalPort() + "/bind-code"), "token");
    }
  }

  @Test
  void aCodeIsRead() throws Exception {
    String json = "{\"code\":\"abc\",\"expireTime\":5000}";
    assertThat(fetch(OK + json.length() + "\r\n\r\n" + json))
        .isEqualTo(new BindCode("abc", Instant.ofEpochSecond(5)));
  }

  @ParameterizedTest
  @CsvSource({
    "401 No, false",
    "403 No, false",
    "404 No, false",
    "429 Wait, true",
    "500 Broken, true",
    "503 Away, true"
  })
  void aRefusalSaysWhetherToTryAgain(String status, boolean retryable) {
    assertThatThrownBy(() -> fetch("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"))
        .isInstanceOfSatisfying(
            ConnectFailedException.class,
            failed -> {
              assertThat(failed.retryable()).isEqualTo(retryable);
              assertThat(failed.status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
            });
  }

  @Test
  void anEndlessAnswerIsNoCode() {
    assertThatThrownBy(() -> fetch(OK + "9999999\r\n\r\n" + " ".repeat(100_000)))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("not an answer with a code");
  }

  @Test
  @Tag("slow")
  void anAnswerThatStopsHalfwayIsGivenUp() {
    long before = System.nanoTime();
    assertThatThrownBy(() -> fetch(OK + "100\r\n\r\n{\"code\":"))
        .isInstanceOfSatisfying(
            ConnectFailedException.class, failed -> assertThat(failed.retryable()).isTrue())
        .hasMessage("bind code: no answer within 10 s");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
  }
}
