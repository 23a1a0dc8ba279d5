package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages, names and proxies a server believes, over raw sockets. */
@Tag("B3")
class OriginTest {
  private final AtomicReference<String> seen = new AtomicReference<>("");
  private Server server = Server.builder().port(0).start();

  @AfterEach
  void close() {
    server.close();
  }

  private void start(ServerBuilder builder) {
    server.close();
    server =
        builder
            .port(0)
            .endpoint("/guests", Endpoint.of(Talk.class))
            .endpoint("/raw", RawEndpoint.create())
            .endpoint(
                "/named",
                Endpoint.of(Talk.class)
                    .identify(request -> {
                      seen.set(
                          request.remoteAddress().getAddress().getHostAddress()
                              + (request.secure() ? " secure" : ""));
                      return Verdict.allow("ann");
                    })
                    .origins("https://app.example.com", "http://localhost:3000"))
            .endpoint("/any", RawEndpoint.create().anyOrigin())
            .get("/page", request -> HttpResponse.text(200, "page\n"))
            .start();
  }

  private static String upgrade(String path, String... fields) {
    return "GET "
        + path
        + " HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + String.join("\r\n", fields)
        + "\r\n\r\n";
  }

  private int ask(String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] line = socket.getInputStream().readNBytes(12); // HTTP/1.1 101
      return Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/guests, https://evil.example, 403",
    "/raw, https://evil.example, 403",
    "/named, https://evil.example, 403",
    "/any, https://evil.example, 101",
    "/guests, http://localhost:8080, 101",
    "/guests, HTTP://LocalHost:8080, 101",
    "/guests, https://localhost:8080, 101", // a proxy that ends TLS
    "/guests, http://localhost, 403",
    "/guests, http://localhost:8081, 403",
    "/guests, http://localhost:8080.evil.example, 403",
    "/guests, http://evil.example#localhost:8080, 403",
    "/guests, http://localhost:8080@evil.example, 403",
    "/guests, http://evil.example/localhost:8080, 403",
    "/guests, ftp://localhost:8080, 403",
    "/guests, null, 403",
    "/guests, '', 403",
    "/guests, localhost:8080, 403",
    "/named, https://app.example.com, 101",
    "/named, https://app.example.com:443, 101",
    "/named, http://app.example.com, 403",
    "/named, https://app.example.com:8443, 403",
    "/named, https://app.example.com.evil.example, 403",
    "/named, http://localhost:3000, 101"
  })
  void aPageConnectsOnlyFromAnAllowedOrigin(String path, String origin, int status)
      throws Exception {
    start(Server.builder());
    assertThat(ask(upgrade(path, "Host: localhost:8080", "Origin: " + origin))).isEqualTo(status);
    assertThat(ask(upgrade(path, "Host: localhost:8080"))).as("no browser").isEqualTo(101);
  }

  @Test
  void everyOriginOfARequestMustBeAllowed() throws Exception {
    start(Server.builder());
    String own = "Origin: http://localhost:8080";
    assertThat(ask(upgrade("/guests", "Host: localhost:8080", own, "Origin: http://evil.example")))
        .isEqualTo(403);
    assertThat(ask(upgrade("/guests", "Host: localhost:8080", "Origin: http://evil.example", own)))
        .isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 421",
    "evil.example:8080, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "localhost, 101",
    "localhost:8080, 101",
    "chat.localhost, 101",
    "127.0.0.1:8080, 101",
    "[::1]:8080, 101",
    "192.168.7.9, 101",
    "chat.example.com, 101",
    "CHAT.example.com.:8080, 101",
    "localhost:evil.example, 421",
    "[::1]:80;evil.example, 421",
    "other.example.com, 421",
    "a.wild.example, 101",
    "a.b.wild.example, 101",
    "wild.example, 421"
  })
  void aNameThatIsNotTheServersLeadsNowhere(String host, int status) throws Exception {
    start(Server.builder().hosts("chat.example.com", "*.wild.example"));
    String origin = "Origin: http://" + host;
    assertThat(ask(upgrade("/guests", "Host: " + host, origin))).isEqualTo(status);
    assertThat(ask("GET /page HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
        .isEqualTo(status == 101 ? 200 : 421);
    assertThat(ask(upgrade("/guests", "Host: " + host))).as("no browser").isEqualTo(101);
    assertThat(ask("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).isEqualTo(200);
  }

  @Test
  void anyHostIsAWordInTheCode() throws Exception {
    start(Server.builder().anyHost());
    assertThat(ask(upgrade("/guests", "Host: evil.example", "Origin: http://evil.example")))
        .isEqualTo(101);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "127.0.0.0/8, X-Forwarded-For: 203.0.113.9, 203.0.113.9",
        "127.0.0.1, 'X-Forwarded-For: 198.51.100.1, 203.0.113.9', 203.0.113.9", // the first is
        // forged
        "127.0.0.1 10.0.0.0/8, 'X-Forwarded-For: 203.0.113.9, 10.1.2.3', 203.0.113.9",
        "127.0.0.1, X-Forwarded-For: 203.0.113.9:4711, 203.0.113.9",
        "127.0.0.1, 'X-Forwarded-For: [2001:db8::7]:4711', 2001:db8:0:0:0:0:0:7",
        "127.0.0.1, X-Forwarded-For: unknown, 127.0.0.1",
        "127.0.0.1, X-Forwarded-For: evil.example, 127.0.0.1",
        "10.0.0.0/8, X-Forwarded-For: 203.0.113.9, 127.0.0.1",
        "-, X-Forwarded-For: 203.0.113.9, 127.0.0.1",
        "127.0.0.1, X-Forwarded-Proto: https, 127.0.0.1 secure",
        "-, X-Forwarded-Proto: https, 127.0.0.1"
      })
  void onlyAKnownProxyIsBelieved(String proxies, String field, String client) throws Exception {
    ServerBuilder builder = Server.builder();
    start(proxies == null ? builder : builder.trustedProxies(proxies.split(" ")));
    assertThat(ask(upgrade("/named", "Host: localhost", field))).isEqualTo(101);
    assertThat(seen.get()).isEqualTo(client);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Forwarded: for=203.0.113.9 | 203.0.113.9",
        "Forwarded: For=203.0.113.9;proto=https;by=10.0.0.1 | 203.0.113.9 secure",
        "Forwarded: proto=HTTPS ; for=203.0.113.9 | 203.0.113.9 secure",
        "Forwarded: for=198.51.100.1;proto=https, for=203.0.113.9;proto=http | 203.0.113.9",
        "Forwarded: for=203.0.113.9;proto=https, for=10.1.2.3;proto=http | 203.0.113.9 secure",
        "Forwarded: for=\"[2001:db8::7]:4711\";proto=https | 2001:db8:0:0:0:0:0:7 secure",
        "Forwarded: for=\"203.0.113.9:4711\" | 203.0.113.9",
        "Forwarded: for=_hidden;proto=https | 127.0.0.1 secure",
        "Forwarded: for=unknown | 127.0.0.1",
        "Forwarded: for=203.0.113.9, for=_hidden | 127.0.0.1",
        "Forwarded: for=evil.example | 127.0.0.1",
        "Forwarded: by=10.0.0.1;proto=https | 127.0.0.1 secure",
        "Forwarded: for=198.51.100.1, for=\"a, for=203.0.113.9 | 127.0.0.1",
        "Forwarded: for=198.51.100.1, host=\"a,b;for=1.1.1.1\";for=203.0.113.9 | 203.0.113.9",
        "Forwarded: for=203.0.113.9;for=198.51.100.1 | 127.0.0.1",
        "Forwarded: nonsense | 127.0.0.1",
        "Forwarded: , | 127.0.0.1",
        "X-Forwarded-For: 203.0.113.9 | 127.0.0.1",
        "X-Forwarded-Proto: https | 127.0.0.1"
      })
  void theStandardHeaderIsReadWhereItIsNamedAndTheOtherIsNot(String field, String client)
      throws Exception {
    start(Server.builder().trustedProxies(ForwardedBy.FORWARDED, "127.0.0.1", "10.0.0.0/8"));
    assertThat(ask(upgrade("/named", "Host: localhost", field))).isEqualTo(101);
    assertThat(seen.get()).isEqualTo(client);
  }

  @Test
  void theStandardHeaderIsAClientsWhereProxiesSendTheOther() throws Exception {
    start(Server.builder().trustedProxies("127.0.0.1"));
    assertThat(
            ask(
                upgrade(
                    "/named",
                    "Host: localhost",
                    "Forwarded: for=198.51.100.1;proto=https",
                    "X-Forwarded-For: 203.0.113.9")))
        .isEqualTo(101);
    assertThat(seen.get()).isEqualTo("203.0.113.9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app.example.com",
        "https://",
        "https://a.example/path",
        "*",
        "https://*.a.example"
      })
  void whatIsNoOriginIsRefused(String origin) {
    assertThatThrownBy(() -> RawEndpoint.create().origins(origin))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: scheme://host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "http://a.example", "a.example:80", "a..example", "*.*.example"})
  void whatIsNoNameIsRefused(String host) {
    assertThatThrownBy(() -> Server.builder().hosts(host))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: a name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1"})
  void whatIsNoNetworkIsRefused(String network) {
    assertThatThrownBy(() -> Server.builder().trustedProxies(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: an address or a network");
  }
}
