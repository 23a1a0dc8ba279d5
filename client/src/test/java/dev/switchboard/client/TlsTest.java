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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wss://} from our client to our server, and certificates replaced while both run. */
@Tag("A1")
@Tag("B14")
class TlsTest {
  @TempDir private Path folder;

  @BeforeEach
  void makeCertificates() throws Exception {
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
    Certificates certificates = Certificates.pkcs12(folder.resolve("first.p12"), TestCertificates.PASSWORD);
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
    try (Server server = serve(Certificates.pkcs12(folder.resolve("first.p12"), TestCertificates.PASSWORD));
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
}
