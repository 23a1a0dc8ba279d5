package dev.switchboard.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.switchboard.chat.ChatClient;
import dev.switchboard.client.BindCode;
import dev.switchboard.client.TokenSupplier;
import dev.switchboard.peers.TestCertificates;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.security.JwtAlgorithm;
import dev.switchboard.security.TokenKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code serve --secure}: who gets in, what it refuses to start with, and what it writes. */
@Tag("slow")
@Tag("D11")
class SecureCommandTest {
  @TempDir private Path folder;
  private final TokenKey key = TokenKey.generate(JwtAlgorithm.HS256);
  private Path secret = Path.of("");

  @BeforeEach
  void writeKey() throws IOException {
    secret = folder.resolve("chat.jwk");
    key.write(secret);
  }

  private Program serve(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("serve", "--port", "0", "--data", folder.resolve("data").toString()));
    all.addAll(List.of(more));
    return Program.switchboard(all.toArray(String[]::new));
  }

  private Program secure(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("--secure", "--jwt-secret-file", secret.toString(), "--audience", "chat"));
    all.addAll(List.of(more));
    return serve(all.toArray(String[]::new));
  }

  private String token(String user) {
    return key.token(user).audience("chat").sign();
  }

  private static void fails(Program program, String... parts) {
    try (program) {
      assertThat(program.ends()).isEqualTo(1);
      assertThat(program.out()).isEmpty();
      assertThat(program.err()).as("one clear line").hasSize(1);
      assertThat(program.err().get(0)).startsWith("switchboard: ").contains(parts);
    }
  }

  private static ChatClient enter(Program server, String token) {
    return ChatClient.withToken(
        "ws://127.0.0.1:" + server.port() + "/ws", TokenSupplier.blocking(() -> token));
  }

  @Test
  void onlyUsersWithTokensChatAndTheAuditLogTellsIt() throws Exception {
    Path file = Files.writeString(folder.resolve("bob.token"), token("bob") + "\n");
    List<String> secrets = new CopyOnWriteArrayList<>(List.of(token("eve"), token("bob")));
    try (Program server = secure();
        ChatClient ann = enter(server, token("ann"));
        ChatClient eve = enter(server, token("eve") + "x");
        ChatClient guest = ChatClient.of("ws://127.0.0.1:" + server.port() + "/ws", "ann")) {
      int port = server.port();
      ann.connect();
      assertThat(ann.user()).isEqualTo("ann");
      ann.joinRoom("general", 0);
      assertThatThrownBy(eve::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageStartingWith("token refused");
      assertThatThrownBy(guest::connect).isInstanceOf(ConnectFailedException.class);

      try (Program bob =
          Program.switchboard(
              "chat", "ws://127.0.0.1:" + port + "/ws", "--token-file", file.toString())) {
        bob.says("you are in #general");
        ann.sendMessage("general", "hello bob");
        bob.says("ann: hello bob");
        bob.type("/quit");
        assertThat(bob.ends()).isZero();
      }

      BindCode code =
          BindCode.fetch(URI.create("http://127.0.0.1:" + port + "/bind-code"), token("ann"));
      secrets.add(code.code());

      await()
          .untilAsserted(() ->
              assertThat(server.err())
                  .anyMatch(line ->
                      line.contains("event=login_succeeded") && line.contains("user=bob by=token"))
                  .anyMatch(line -> line.contains("event=login_failed"))
                  .anyMatch(line -> line.contains("event=bind_code_issued")));
      assertThat(server.err()).allMatch(line -> line.contains(" audit event="));
      for (String hidden : secrets) {
        assertThat(server.err()).noneMatch(line -> line.contains(hidden));
      }
    }
  }

  @Test
  void theChatsOfAKeyPairNeedItsPublicHalfOnly() throws Exception {
    TokenKey pair = TokenKey.generate(JwtAlgorithm.ES256);
    Path file = Files.writeString(folder.resolve("public.jwk"), pair.publicJson());
    String[] options = {
      "--secure", "--jwt-key-file", file.toString(), "--audience", "chat", "--issuer", "me"
    };
    try (Program server = serve(options);
        ChatClient ann = enter(server, pair.token("ann").audience("chat").issuer("me").sign());
        ChatClient eve = enter(server, pair.token("eve").audience("chat").sign())) {
      assertThat(ann.connect().user()).isEqualTo("ann");
      assertThatThrownBy(eve::connect).hasMessageContaining("token refused");
      await()
          .untilAsserted(() ->
              assertThat(server.err())
                  .anyMatch(line -> line.contains("login_failed") && line.contains("no iss")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tooshort | 8 bytes | at least 32 random bytes",
        "changemechangemechangemechangemechangeme | from examples | openssl rand -hex 32",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | easy to guess | openssl rand -hex 32",
        "abcdefghijklmnopqrstuvwxyz0123456789abcd | easy to guess | openssl rand -hex 32"
      })
  void aWeakSecretIsRefused(String weak, String why, String expected) throws Exception {
    Path file = folder.resolve("weak");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, weak);
    Program refused = serve("--secure", "--jwt-secret-file", file.toString(), "--audience", "chat");
    fails(refused, "--secure", why, expected);
    assertThat(refused.err().get(0)).doesNotContain(weak);
  }

  @Test
  void aSecretThatEverybodyMayReadIsRefused() throws Exception {
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    fails(secure(), "--jwt-secret-file", "read " + secret, "chmod 600");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-----w-"));
    fails(secure(), "--jwt-secret-file", "change " + secret, "chmod 600");
  }

  @Test
  void aServerWithACertificateSpeaksTlsOnly() throws Exception {
    var certificates = new TestCertificates(folder).selfSigned("here", "localhost");
    Path privateKey = folder.resolve("here.key");
    String[] options = {
      "--tls-cert", folder.resolve("here.crt").toString(), "--tls-key", privateKey.toString()
    };
    Files.setPosixFilePermissions(privateKey, PosixFilePermissions.fromString("rw-r--r--"));
    fails(secure(options), "--tls-key", "read " + privateKey, "chmod 600");
    Files.setPosixFilePermissions(privateKey, PosixFilePermissions.fromString("rw-------"));
    try (Program server = secure(options)) {
      URI page = URI.create("https://localhost:" + server.port() + "/");
      try (HttpClient http =
              HttpClient.newBuilder().sslContext(certificates.client("here")).build();
          HttpClient stranger = HttpClient.newHttpClient()) {
        HttpRequest request = HttpRequest.newBuilder(page).build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
        assertThatThrownBy(() -> stranger.send(request, HttpResponse.BodyHandlers.ofString()))
            .isInstanceOf(SSLException.class);
        HttpRequest plain =
            HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/")).build();
        assertThatThrownBy(() -> stranger.send(plain, HttpResponse.BodyHandlers.ofString()))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void whatWouldBeOpenIsRefusedWithWhatToDo() {
    String file = secret.toString();
    fails(serve("--secure"), "0 kinds of keys", "--jwks URL");
    fails(secure("--jwks", "https://login.example/jwks", "--issuer", "x"), "2 kinds of keys");
    fails(serve("--secure", "--jwt-secret-file", file), "--audience NAME");
    fails(
        serve("--secure", "--jwks", "https://login.example/jwks", "--audience", "chat"),
        "--issuer NAME");
    fails(
        serve(
            "--secure",
            "--jwks",
            "http://login.example/jwks",
            "--audience",
            "chat",
            "--issuer",
            "x"),
        "https");
    fails(serve("--secure", "--jwt-key-file", file + "2", "--audience", "chat"), "can't be read");
    fails(secure("--rate", "0"), "--rate: 0");
    fails(secure("--host", "0.0.0.0"), "--host: 0.0.0.0", "--tls-cert", "--plain-text");
    fails(secure("--tls-cert", file), "--tls-cert, --tls-key: one of them");
    fails(secure("--tls-cert", file, "--tls-key", file), "cannot be used");
    fails(serve("--jwt-secret-file", file), "without --secure everybody is a guest");
    fails(serve("--plain-text"), "without --secure");
  }

  @Test
  void otherMachinesAreLetInWhereThatIsSaid() {
    for (String[] options :
        new String[][] {
          {"--host", "0.0.0.0", "--plain-text"},
          {"--host", "0.0.0.0", "--trusted-proxy", "10.0.0.0/8"}
        }) {
      try (Program server = secure(options)) {
        assertThat(server.port()).isPositive();
        server.terminate();
        assertThat(server.ends()).isZero();
      }
    }
  }

  @Test
  void thePageTakesATokenFromItsAddressAndHidesItAtOnce() {
    try (Program server = secure();
        Chromium chromium = Chromium.start()) {
      String base = "http://127.0.0.1:" + server.port() + "/";
      Page page = chromium.browser().newContext().newPage();
      List<String> requested = new CopyOnWriteArrayList<>();
      page.onRequest(request -> requested.add(request.url()));
      String token = token("ann");
      page.navigate(base + "#token=" + token);
      assertThat(page.getByTestId("me")).hasText("ann");
      assertThat(page.getByTestId("state")).hasAttribute("data-state", "connected");
      assertThat(page.url()).isEqualTo(base);
      assertThat(requested).isNotEmpty().noneMatch(url -> url.contains(token));
      assertThat(page.evaluate("JSON.stringify(localStorage)").toString()).doesNotContain(token);

      page.reload();
      assertThat(page.getByTestId("state")).hasAttribute("data-state", "connected");

      page.getByTestId("sign-out").click();
      page.getByTestId("token-input").fill(token + "x");
      page.getByTestId("token-enter").click();
      assertThat(page.getByTestId("token-error")).containsText("not accepted");
      page.getByTestId("token-input").fill(token("bob"));
      page.getByTestId("token-enter").click();
      assertThat(page.getByTestId("me")).hasText("bob");
    }
  }

  @Test
  void aPageWhoseTokenExpiresAsksForAnother() {
    try (Program server = secure();
        Chromium chromium = Chromium.start()) {
      Page page = chromium.browser().newContext().newPage();
      page.navigate("http://127.0.0.1:" + server.port() + "/#token=" + expiringSoon());
      assertThat(page.getByTestId("me")).hasText("ann");
      assertThat(page.getByTestId("token-error"))
          .containsText(
              "not accepted", new LocatorAssertions.ContainsTextOptions().setTimeout(30_000));
    }
  }

  /** A token that has expired 24 s ago. The server forgives clocks 30 s, so it has six seconds. */
  private String expiringSoon() {
    return key.token("ann")
        .audience("chat")
        .clock(() -> Instant.now().minusSeconds(25))
        .expiresIn(Duration.ofSeconds(1))
        .sign();
  }
}
