package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.TestCertificates;
import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every HTTP answer tells browsers, over raw sockets. */
@Tag("B14")
class SecurityHeadersTest {
  private static final Map<String, String> PLAIN =
      Map.of(
          "x-content-type-options",
          "nosniff",
          "referrer-policy",
          "no-referrer",
          "content-security-policy",
          "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
              + " frame-ancestors 'none'",
          "x-frame-options",
          "DENY",
          "cross-origin-opener-policy",
          "same-origin",
          "cross-origin-resource-policy",
          "same-origin");
  private static final String HSTS = "strict-transport-security";

  @TempDir private static Path folder;
  private static TestCertificates certificates = new TestCertificates(Path.of(""));
  private Server server = Server.builder().port(0).start();

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificates = new TestCertificates(folder).selfSigned("own", "localhost");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void start(ServerBuilder builder) {
    server.close();
    server =
        builder
            .port(0)
            .endpoint("/ws", Endpoint.of(Talk.class))
            .endpoint(
                "/closed",
                Endpoint.of(Talk.class).identify(request -> Verdict.refuse(403, "not you")))
            .get("/page", request -> HttpResponse.text(200, "page\n"))
            .get(
                "/own",
                request ->
                    HttpResponse.text(200, "page\n")
                        .with("content-security-policy", "default-src 'none'")
                        .with("X-Frame-Options", "SAMEORIGIN"))
            .get(
                "/broken",
                request -> {
                  throw new IOException("no");
                })
            .start();
  }

  /** The headers of the answer by name, and its status as ":status". A header occurs once. */
  private static Map<String, String> ask(Socket socket, String request) throws IOException {
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line : head.toString().split("\r\n", -1)) {
      int colon = line.indexOf(": ");
      if (line.startsWith("HTTP/1.1 ")) {
        headers.put(":status", line.substring(9, 12));
      } else if (colon > 0) {
        assertThat(
                headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2)))
            .as("once: %s", line)
            .isNull();
      }
    }
    return headers;
  }

  private Map<String, String> ask(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      return ask(socket, request);
    }
  }

  private static String upgrade(String path, String more) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + more
        + "\r\n";
  }

  private static String line(String start) {
    return start + "\r\nHost: localhost\r\n\r\n";
  }

  @Test
  void everyAnswerHasThemWhoeverGivesIt() throws IOException {
    start(Server.builder());
    Map<String, String> requests = new TreeMap<>();
    requests.put(line("GET /page HTTP/1.1"), "200");
    requests.put(line("HEAD /page HTTP/1.1"), "200");
    requests.put(line("GET /healthz HTTP/1.1"), "200");
    requests.put(line("GET /broken HTTP/1.1"), "500");
    requests.put(line("GET /nothing HTTP/1.1"), "404");
    requests.put(line("DELETE /page HTTP/1.1"), "405");
    requests.put(line("GET /ws HTTP/1.1"), "426");
    requests.put(line("GET /page HTTP/7.0"), "505");
    requests.put(line("nonsense"), "400");
    requests.put("GET /page HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421");
    requests.put("GET /page HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400");
    requests.put("GET /page HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n", "431");
    requests.put("POST /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n", "405");
    requests.put(upgrade("/closed", ""), "403");
    requests.put(upgrade("/nothing", ""), "404");
    requests.put(upgrade("/ws", "Origin: https://evil.example\r\n"), "403");
    requests.put(upgrade("/ws", "Sec-WebSocket-Protocol: other\r\n"), "400");
    requests.put(upgrade("/ws", "Sec-WebSocket-Key: two\r\n"), "400");
    for (Map.Entry<String, String> request : requests.entrySet()) {
      String shown = request.getKey().lines().findFirst().orElse("");
      assertThat(ask(request.getKey()))
          .as(shown)
          .containsEntry(":status", request.getValue())
          .containsAllEntriesOf(PLAIN)
          .doesNotContainKey(HSTS);
    }
  }

  @Test
  void anAcceptedUpgradeHasNone() throws IOException {
    start(Server.builder());
    assertThat(ask(upgrade("/ws", "")))
        .containsEntry(":status", "101")
        .doesNotContainKeys(PLAIN.keySet().toArray(String[]::new));
  }

  @Test
  void aResponseKeepsItsOwn() throws IOException {
    start(Server.builder());
    assertThat(ask(line("GET /own HTTP/1.1")))
        .containsEntry("content-security-policy", "default-src 'none'")
        .containsEntry("x-frame-options", "SAMEORIGIN")
        .containsEntry("x-content-type-options", "nosniff");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"-, max-age=31536000", "PT1H, max-age=3600", "PT0S, -"})
  void browsersThatCameByTlsStayWithIt(Duration maxAge, String expected) throws Exception {
    ServerBuilder builder =
        Server.builder()
            .tls(Certificates.pem(folder.resolve("own.crt"), folder.resolve("own.key")));
    start(maxAge == null ? builder : builder.strictTransport(maxAge));
    for (String request :
        List.of(line("GET /page HTTP/1.1"), line("GET /nothing HTTP/1.1"), line("nonsense"))) {
      try (Socket socket =
          certificates
              .client("own")
              .getSocketFactory()
              .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
        assertThat(ask(socket, request).get(HSTS)).isEqualTo(expected);
      }
    }
  }

  @Test
  void whoCameByTlsToATrustedProxyDidSo() throws IOException {
    start(Server.builder().trustedProxies("127.0.0.1"));
    String forwarded = "GET %s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: %s\r\n\r\n";
    for (String path : List.of("/page", "/nothing", "/ws")) {
      assertThat(ask(forwarded.formatted(path, "https"))).containsKey(HSTS);
      assertThat(ask(forwarded.formatted(path, "http"))).doesNotContainKey(HSTS);
    }
    start(Server.builder());
    assertThat(ask(forwarded.formatted("/page", "https"))).doesNotContainKey(HSTS);
  }

  @Test
  void aNegativeTimeIsRefused() {
    assertThatThrownBy(() -> Server.builder().strictTransport(Duration.ofSeconds(-1)))
        .hasMessage("strictTransport: PT-1S (expected: not negative)");
  }
}
