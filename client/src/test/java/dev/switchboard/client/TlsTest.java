package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.TestCertificates;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.server.Certificates;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HexFormat;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code wss://} from our client to our server, and certificates replaced while both run. */
@Tag("A1")
@Tag("B14")
class TlsTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    new TestCertificates(folder)
        .selfSigned("first", "localhost")
        .selfSigned("second", "localhost")
        .selfSigned("stranger", "example.org");
  }

  private static Server serve(Certificates certificates) {
    Endpoint<Talk> endpoint = Endpoint.of(Talk.class);
    return Server.builder().port(0).tls(certificates).endpoint("/ws", endpoint).start();
  }

  private Client<Talk> connect(Server server, String trusted) {
    return Client.of(Talk.class)
        .trust(folder.resolve(trusted + ".crt"))
        .connectTimeout(Duration.ofSeconds(10))
        .reconnect(Reconnect.never())
        .connect("wss://localhost:" + server.port() + "/ws");
  }

  @Test
  void certificatesAreReplacedWhileConnectionsStand() throws IOException {
    Path chain = Files.copy(folder.resolve("first.crt"), folder.resolve("now.crt"));
    Path key = Files.copy(folder.resolve("first.key"), folder.resolve("now.key"));
    Certificates certificates = Certificates.pem(chain, key);
    try (Server server = serve(certificates);
        Client<Talk> old = connect(server, "first")) {
      old.join("general");
      Files.copy(folder.resolve("second.crt"), chain, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(folder.resolve("second.key"), key, StandardCopyOption.REPLACE_EXISTING);
      certificates.reload();
      try (Client<Talk> fresh = connect(server, "second")) {
        assertThat(fresh.join("general").members()).hasSize(2);
      }
      assertThatThrownBy(() -> connect(server, "first")).isInstanceOf(ConnectFailedException.class);
      assertThat(old.isConnected()).isTrue();
      assertThat(old.join("another").members()).hasSize(1);
      Files.writeString(key, "not a key");
      assertThatThrownBy(certificates::reload)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("now.key");
      connect(server, "second").close();
    }
  }

  @Test
  void aRedirectToPlainTextIsFollowedOnlyIfThatIsAllowed() {
    Certificates certificates =
        Certificates.pkcs12(folder.resolve("first.p12"), TestCertificates.PASSWORD);
    try (Server plain = Server.builder().port(0).endpoint("/ws", Endpoint.of(Talk.class)).start();
        Loops loops = Loops.of(IoKind.NIO, 1);
        ServerTransport secure =
            ServerTransport.bind(
                ServerTransportOptions.builder().port(0).tls(certificates).build(),
                loops,
                exchange ->
                    exchange.respond(
                        HttpResponse.text(302, "moved")
                            .with("Location", "ws://localhost:" + plain.port() + "/ws")))) {
      String uri = "wss://localhost:" + secure.localAddress().getPort() + "/old";
      ClientBuilder<Client<Talk>> options =
          Client.of(Talk.class).trust(folder.resolve("first.crt")).redirects(Redirects.upTo(1));
      assertThatThrownBy(() -> options.connect(uri))
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("expected: wss://, unless unencrypted redirects are allowed");
      try (Client<Talk> client =
          options.redirects(Redirects.upTo(1).alsoUnencrypted()).connect(uri)) {
        assertThat(client.join("general").members()).hasSize(1);
      }
    }
  }

  @Test
  void pkcs12WorksToo() {
    try (Server server =
            serve(Certificates.pkcs12(folder.resolve("first.p12"), TestCertificates.PASSWORD));
        Client<Talk> client = connect(server, "first")) {
      assertThat(client.join("general").members()).hasSize(1);
    }
    assertThatThrownBy(() -> Certificates.pkcs12(folder.resolve("first.p12"), "wrong"))
        .hasMessageContaining("first.p12");
    assertThatThrownBy(() -> Certificates.pem(folder.resolve("none"), folder.resolve("first.key")))
        .hasMessageContaining("none");
  }

  @Test
  void aCertificateForAnotherHostOrOfNobodyWeTrustIsRefused() {
    try (Server server =
        serve(Certificates.pem(folder.resolve("stranger.crt"), folder.resolve("stranger.key")))) {
      assertThatThrownBy(() -> connect(server, "stranger"))
          .isInstanceOf(ConnectFailedException.class);
      assertThatThrownBy(() -> connect(server, "first")).isInstanceOf(ConnectFailedException.class);
      assertThatThrownBy(() ->
              Client.of(Talk.class)
                  .connectTimeout(Duration.ofSeconds(5))
                  .reconnect(Reconnect.never())
                  .connect("ws://localhost:" + server.port() + "/ws"))
          .as("plain text to a TLS port")
          .isInstanceOf(ConnectFailedException.class);
    }
  }

  /**
   * Groups P-256, P-384 and X25519; ECDSA over P-256 and P-384 (RFC 8422 §5.1, RFC 5246 §7.4.1.4).
   */
  private static final byte[] EXTENSIONS =
      HexFormat.of().parseHex("000a0008000600170018001d" + "000d0006000404030503");

  /** A ClientHello that offers one version at most and some suites. */
  private static byte[] hello(int version, int... suites) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int length = 2 + 32 + 1 + 2 + 2 * suites.length + 2 + 2 + EXTENSIONS.length;
    out.write(22); // handshake
    out.writeShort(0x0301);
    out.writeShort(4 + length);
    out.writeInt(1 << 24 | length);
    out.writeShort(version);
    out.write(new byte[32]);
    out.write(0);
    out.writeShort(2 * suites.length);
    for (int suite : suites) {
      out.writeShort(suite);
    }
    out.writeShort(0x0100); // no compression
    out.writeShort(EXTENSIONS.length);
    out.write(EXTENSIONS);
    return bytes.toByteArray();
  }

  /** The type of the first record of the answer, and of an alert its description. */
  private static String answer(Server server, byte[] hello) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(hello);
      byte[] record = socket.getInputStream().readNBytes(7);
      return record[0] == 22 ? "hello" : "alert " + record[6];
    }
  }

  @Test
  void olderVersionsAndWeakSuitesAreRefused() throws Exception {
    int good = 0xc02b; // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    int cbc = 0xc009; // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
    int noForwardSecrecy = 0x009c; // TLS_RSA_WITH_AES_128_GCM_SHA256
    try (Server server =
        serve(Certificates.pkcs12(folder.resolve("first.p12"), TestCertificates.PASSWORD))) {
      assertThat(answer(server, hello(0x0303, good))).isEqualTo("hello");
      assertThat(answer(server, hello(0x0303, cbc, good))).isEqualTo("hello");
      for (int old : new int[] {0x0300, 0x0301, 0x0302}) {
        assertThat(answer(server, hello(old, good, cbc)))
            .as("version %x", old)
            .isEqualTo("alert 70");
      }
      for (int weak : new int[] {cbc, noForwardSecrecy, 0x0005, 0x000a}) {
        assertThat(answer(server, hello(0x0303, weak))).as("suite %x", weak).isEqualTo("alert 40");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aRealClientGetsASuiteThatIsModern(String version) throws Exception {
    try (Server server =
            serve(Certificates.pkcs12(folder.resolve("first.p12"), TestCertificates.PASSWORD));
        SSLSocket socket =
            (SSLSocket)
                new TestCertificates(folder)
                    .client("first")
                    .getSocketFactory()
                    .createSocket("localhost", server.port())) {
      socket.setEnabledProtocols(new String[] {version});
      socket.startHandshake();
      assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      assertThat(socket.getSession().getCipherSuite()).containsAnyOf("_GCM_", "_CHACHA20_");
      try (SSLSocket weak =
          (SSLSocket)
              new TestCertificates(folder)
                  .client("first")
                  .getSocketFactory()
                  .createSocket("localhost", server.port())) {
        weak.setEnabledProtocols(new String[] {"TLSv1.2"});
        weak.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
        assertThatThrownBy(weak::startHandshake).isInstanceOf(SSLHandshakeException.class);
      }
    }
  }
}
