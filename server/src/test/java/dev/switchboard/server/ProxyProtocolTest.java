package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies that name their clients in front of everything else, as raw bytes. */
@Tag("B3")
class ProxyProtocolTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  @TempDir private Path folder;
  private final AtomicReference<String> seen = new AtomicReference<>("");
  private final AtomicReference<String> peer = new AtomicReference<>("");
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
            .endpoint(
                "/ws",
                RawEndpoint.create()
                    .identify(request -> {
                      seen.set(text(request.remoteAddress()));
                      return Verdict.allow("ann");
                    })
                    .onOpen(one -> peer.set(text(one.request().remoteAddress()))))
            .start();
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + " " + address.getPort();
  }

  private Socket connect(int number) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0." + number), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static byte[] bytes(String header) {
    return header.startsWith("PROXY")
        ? (header + "\r\n").getBytes(StandardCharsets.US_ASCII)
        : HexFormat.of().parseHex(header.replace("S", SIGNATURE).replace(" ", ""));
  }

  private static int status(Socket socket) throws IOException {
    byte[] line = socket.getInputStream().readNBytes(12); // HTTP/1.1 101
    return line.length < 12
        ? 0
        : Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
  }

  private static byte[] upgrade(String fields) {
    String request =
        """
        GET /ws HTTP/1.1
        Host: localhost
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        """;
    return (request.replace("\n", "\r\n") + fields + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @CsvSource({
    "PROXY TCP4 203.0.113.9 192.0.2.1 4711 443, 203.0.113.9 4711",
    "PROXY TCP6 2001:db8::7 2001:db8::1 4711 443, 2001:db8:0:0:0:0:0:7 4711",
    "PROXY UNKNOWN, 127.0.0.1",
    "PROXY UNKNOWN ffff::1 ffff::2 65535 65535, 127.0.0.1",
    "S 21 11 000c cb007109 c0000201 1267 01bb, 203.0.113.9 4711",
    "S 21 21 0024 20010db8000000000000000000000007 20010db8000000000000000000000001 1267 01bb,"
        + " 2001:db8:0:0:0:0:0:7 4711",
    "S 21 11 0010 cb007109 c0000201 1267 01bb 04000101, 203.0.113.9 4711", // and a TLV
    "S 20 00 0000, 127.0.0.1", // the proxy's own health check
    "S 20 11 000c cb007109 c0000201 1267 01bb, 127.0.0.1", // the addresses are to be ignored
    "S 21 00 0000, 127.0.0.1",
    "S 21 31 0002 2f61, 127.0.0.1" // a Unix socket
  })
  void theHeaderNamesTheClientInOnePieceOrByteByByte(String header, String client)
      throws Exception {
    start(Server.builder().proxyProtocol("127.0.0.0/8"));
    byte[] start = bytes(header);
    byte[] rest = upgrade("");
    byte[] both = new byte[start.length + rest.length];
    System.arraycopy(start, 0, both, 0, start.length);
    System.arraycopy(rest, 0, both, start.length, rest.length);
    try (Socket socket = connect(1)) {
      socket.getOutputStream().write(both);
      assertThat(status(socket)).isEqualTo(101);
      assertThat(seen.getAndSet("")).startsWith(client);
      await().untilAsserted(() -> assertThat(peer.get()).startsWith(client));
    }
    try (Socket socket = connect(1)) {
      for (byte one : both) {
        socket.getOutputStream().write(one);
      }
      assertThat(status(socket)).isEqualTo(101);
      assertThat(seen.get()).startsWith(client);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 203.0.113.9 192.0.2.1 4711",
        "PROXY TCP4 203.0.113.9 192.0.2.1 4711 65536",
        "PROXY TCP4 203.0.113.9 192.0.2.1 4711 443 more",
        "PROXY TCP4 2001:db8::7 2001:db8::1 4711 443",
        "PROXY TCP4 localhost 192.0.2.1 4711 443",
        "PROXY TCP4  203.0.113.9 192.0.2.1 4711 443",
        "PROXY TCP5 203.0.113.9 192.0.2.1 4711 443",
        "PROXY UNKNOWNabc",
        "PROXY UNKNOWN 111111111111111111111111111111111111111111111111111111111111111111111111"
            + "11111111111111111111111111111111",
        "S 11 11 000c cb007109 c0000201 1267 01bb", // version 1
        "S 22 11 000c cb007109 c0000201 1267 01bb", // an unknown command
        "S 21 41 000c cb007109 c0000201 1267 01bb", // an unknown family
        "S 21 11 000b cb007109 c0000201 1267 01", // cut off
        "S 21 21 000c cb007109 c0000201 1267 01bb",
        "S 21 11 ffff cb007109 c0000201 1267 01bb", // too long
        "0d0a0d0a000d0a515549540b 21 11 000c cb007109 c0000201 1267 01bb",
        "474554202f" // no header at all: GET /
      })
  void aMalformedOrMissingHeaderClosesTheConnectionWithoutAnAnswer(String header) throws Exception {
    start(Server.builder().proxyProtocol("127.0.0.0/8"));
    try (Socket socket = connect(1)) {
      socket.getOutputStream().write(bytes(header));
      try {
        socket.getOutputStream().write(upgrade(""));
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      } catch (java.net.SocketException reset) {
        assertThat(reset).hasMessageMatching("(?i)connection reset.*|broken pipe.*");
      }
    }
    assertThat(seen.get()).isEmpty();
  }

  @Test
  void onlyTheNamedProxiesSendItAndAllOthersMustNot() throws Exception {
    start(Server.builder().proxyProtocol("127.0.0.2"));
    String header = "PROXY TCP4 203.0.113.9 192.0.2.1 4711 443";
    try (Socket proxy = connect(2);
        Socket client = connect(3);
        Socket forger = connect(4)) {
      client.getOutputStream().write(upgrade(""));
      assertThat(status(client)).isEqualTo(101);
      assertThat(seen.get()).startsWith("127.0.0.3 ");
      forger.getOutputStream().write(bytes(header));
      forger.getOutputStream().write(upgrade(""));
      assertThat(status(forger)).isEqualTo(400);
      proxy.getOutputStream().write(bytes(header));
      proxy.getOutputStream().write(upgrade(""));
      assertThat(status(proxy)).isEqualTo(101);
      assertThat(seen.get()).isEqualTo("203.0.113.9 4711");
    }
  }

  @Test
  void aProxyBehindAnotherNamesTheClientInItsHeader() throws Exception {
    start(Server.builder().proxyProtocol("127.0.0.2").trustedProxies("10.0.0.0/8"));
    for (String source : new String[] {"10.1.2.3", "203.0.113.9"}) {
      try (Socket proxy = connect(2)) {
        proxy.getOutputStream().write(bytes("PROXY TCP4 " + source + " 192.0.2.1 4711 443"));
        proxy.getOutputStream().write(upgrade("X-Forwarded-For: 198.51.100.1\r\n"));
        assertThat(status(proxy)).isEqualTo(101);
        assertThat(seen.get())
            .startsWith(source.startsWith("10.") ? "198.51.100.1 " : "203.0.113.9 ");
      }
    }
  }

  @Test
  void tlsComesBehindTheHeader() throws Exception {
    TestCertificates certificates = new TestCertificates(folder).selfSigned("own", "localhost");
    start(
        Server.builder()
            .proxyProtocol("127.0.0.0/8")
            .tls(Certificates.pem(folder.resolve("own.crt"), folder.resolve("own.key"))));
    try (Socket socket = connect(1)) {
      socket.getOutputStream().write(bytes("S 21 11 000c cb007109 c0000201 1267 01bb"));
      try (SSLSocket tls =
          (SSLSocket)
              certificates
                  .client("own")
                  .getSocketFactory()
                  .createSocket(socket, "localhost", server.port(), true)) {
        tls.getOutputStream().write(upgrade(""));
        assertThat(status(tls)).isEqualTo(101);
        assertThat(seen.get()).isEqualTo("203.0.113.9 4711");
      }
    }
  }

  @Test
  void limitsPerAddressCountTheClient() throws Exception {
    server.close();
    server =
        Server.builder()
            .port(0)
            .proxyProtocol("127.0.0.0/8")
            .endpoint("/ws", RawEndpoint.create().maxConnectionsPerAddress(1))
            .start();
    String header = "PROXY TCP4 %s 192.0.2.1 4711 443";
    try (Socket one = connect(1);
        Socket two = connect(1);
        Socket three = connect(1)) {
      one.getOutputStream().write(bytes(header.formatted("203.0.113.1")));
      one.getOutputStream().write(upgrade(""));
      assertThat(status(one)).isEqualTo(101);
      two.getOutputStream().write(bytes(header.formatted("203.0.113.1")));
      two.getOutputStream().write(upgrade(""));
      assertThat(status(two)).isEqualTo(429);
      three.getOutputStream().write(bytes(header.formatted("203.0.113.2")));
      three.getOutputStream().write(upgrade(""));
      assertThat(status(three)).isEqualTo(101);
    }
  }

  @Test
  void whatIsNoNetworkIsRefused() {
    assertThatThrownBy(() -> Server.builder().proxyProtocol("proxy.example"))
        .hasMessage(
            "proxyProtocol: proxy.example (expected: an address or a network such as 10.0.0.0/8)");
  }
}
