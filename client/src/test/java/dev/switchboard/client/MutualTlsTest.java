package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.TestCertificates;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.server.Certificates;
import dev.switchboard.server.ClientCertificates;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Identifier;
import dev.switchboard.server.Server;
import dev.switchboard.server.ServerBuilder;
import dev.switchboard.server.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that prove who they are with a certificate, from our client to our server. */
@Tag("B14")
class MutualTlsTest {
  @TempDir private static Path folder;
  private final AtomicReference<Optional<Instant>> end = new AtomicReference<>(Optional.empty());

  @BeforeAll
  static void makeCertificates() throws Exception {
    new TestCertificates(folder)
        .selfSigned("authority", "example.org")
        .selfSigned("other", "example.org")
        .signed("server", "authority", "dns:localhost")
        .signed("ann", "authority", "ip:10.0.0.1,email:ann@example.org,dns:ann.example.org")
        .signed("bob", "other", "dns:bob.example.org");
    new TestCertificates(Files.createDirectory(folder.resolve("forged")))
        .selfSigned("authority", "example.org")
        .signed("ann", "authority", "email:ann@example.org");
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }

  private Certificates certificates(ClientCertificates clients) {
    return Certificates.pem(file("server.crt"), file("server.key"), clients);
  }

  private Server serve(Certificates certificates, Identifier identifier) {
    return serve(Server.builder(), certificates, identifier);
  }

  private Server serve(ServerBuilder builder, Certificates certificates, Identifier identifier) {
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .identify(identifier)
            .onJoin((room, who) -> end.set(who.authenticated().map(user -> user.expiresAt())));
    return builder.port(0).tls(certificates).endpoint("/ws", endpoint).start();
  }

  private Client<Talk> connect(Server server, @Nullable String certificate) {
    ClientBuilder<Client<Talk>> options =
        Client.of(Talk.class)
            .trust(file("authority.crt"))
            .connectTimeout(Duration.ofSeconds(10))
            .reconnect(Reconnect.never());
    if (certificate != null) {
      options.certificate(file(certificate + ".crt"), file(certificate + ".key"));
    }
    return options.connect("wss://localhost:" + server.port() + "/ws");
  }

  @ParameterizedTest
  @CsvSource({"false, ann", "true, ann@example.org"})
  void aCertificateNamesItsUserUntilItExpires(boolean alternative, String user) {
    try (Server server =
            serve(
                certificates(ClientCertificates.required(file("authority.crt"))),
                alternative
                    ? ClientCertificates.alternativeName()
                    : ClientCertificates.commonName());
        Client<Talk> ann = connect(server, "ann")) {
      assertThat(ann.join("general").members()).containsExactly(user);
      assertThat(end.get().orElseThrow()).isBetween(days(1), days(3));
    }
  }

  private static Instant days(int days) {
    return Instant.now().plus(Duration.ofDays(days));
  }

  @Test
  void whoHasNoneOrOneOfAnotherAuthorityIsRefused() {
    try (Server server =
        serve(
            certificates(ClientCertificates.required(file("authority.crt"))),
            request -> Verdict.allow("anybody"))) {
      assertThatThrownBy(() -> connect(server, null)).isInstanceOf(ConnectFailedException.class);
      assertThatThrownBy(() -> connect(server, "bob")).isInstanceOf(ConnectFailedException.class);
      assertThatThrownBy(() -> connect(server, "forged/ann"))
          .isInstanceOf(ConnectFailedException.class);
      connect(server, "ann").close();
    }
  }

  @Test
  void whereACertificateIsWantedTheApplicationDecides() {
    try (Server server =
        serve(
            certificates(ClientCertificates.wanted(file("authority.crt"))),
            request ->
                Verdict.allow(request.clientCertificate().isPresent() ? "known" : "guest"))) {
      try (Client<Talk> guest = connect(server, null);
          Client<Talk> known = connect(server, "ann")) {
        assertThat(guest.join("general").members()).containsExactly("guest");
        assertThat(known.join("general").members()).containsExactly("guest", "known");
      }
      assertThatThrownBy(() -> connect(server, "forged/ann"))
          .isInstanceOf(ConnectFailedException.class);
    }
    try (Server server =
        serve(
            certificates(ClientCertificates.wanted(file("authority.crt"))),
            ClientCertificates.commonName())) {
      assertThatThrownBy(() -> connect(server, null)).hasMessageContaining("401");
      connect(server, "ann").close();
    }
  }

  @Test
  void theCertificateOfAProxyIsNotThatOfItsClient() {
    try (Server server =
        serve(
            Server.builder().trustedProxies("127.0.0.0/8"),
            certificates(ClientCertificates.required(file("authority.crt"))),
            ClientCertificates.commonName())) {
      connect(server, "ann").close();
      ClientBuilder<Client<Talk>> proxy =
          Client.of(Talk.class)
              .trust(file("authority.crt"))
              .certificate(file("ann.crt"), file("ann.key"))
              .header("X-Forwarded-For", "203.0.113.9")
              .reconnect(Reconnect.never());
      assertThatThrownBy(() -> proxy.connect("wss://localhost:" + server.port() + "/ws"))
          .hasMessageContaining("401");
    }
  }

  @Test
  void theAuthoritiesAreReplacedWithTheCertificateWhileConnectionsStand() throws Exception {
    Path authorities = Files.copy(file("authority.crt"), file("now.crt"));
    Certificates certificates = certificates(ClientCertificates.required(authorities));
    try (Server server = serve(certificates, ClientCertificates.commonName());
        Client<Talk> ann = connect(server, "ann")) {
      Files.copy(file("other.crt"), authorities, StandardCopyOption.REPLACE_EXISTING);
      certificates.reload();
      connect(server, "bob").close();
      assertThatThrownBy(() -> connect(server, "ann")).isInstanceOf(ConnectFailedException.class);
      assertThat(ann.join("general").members()).contains("ann");
    }
  }

  @Test
  void filesThatAreNoCertificatesAreRefused() {
    assertThatThrownBy(() -> certificates(ClientCertificates.required(file("missing.crt"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing.crt");
    assertThatThrownBy(
            () -> Client.of(Talk.class).certificate(file("ann.crt"), file("missing.key")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing.key");
  }
}
