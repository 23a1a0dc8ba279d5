package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.chat.Chat;
import dev.switchboard.client.BindCode;
import dev.switchboard.client.Client;
import dev.switchboard.security.JwtAlgorithm;
import dev.switchboard.security.JwtAuthenticator;
import dev.switchboard.security.TokenKey;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A user with a token lets other clients in by bind codes: the Java client, the TypeScript client
 * in Node.js, and a bare socket.
 */
@Tag("slow")
@Tag("A20")
@Tag("B16")
class BindCodeClientsTest {
  @TempDir private static Path folder;

  private final TokenKey key = TokenKey.generate(JwtAlgorithm.HS256);
  private String token = "";
  private Server server = Server.builder().port(0).start();

  @BeforeEach
  void start() throws IOException {
    server.close();
    Path file = folder.resolve("secret-" + System.nanoTime() + ".jwk");
    key.write(file);
    token = key.token("ann").audience("chat").role("admin").sign();
    server =
        Server.builder()
            .port(0)
            .endpoint(
                "/ws",
                Endpoint.of(Chat.class)
                    .authenticate(
                        JwtAuthenticator.builder().secretFile(file).audience("chat").build())
                    .bindCodes("/bind-code"))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private URI issuer() {
    return URI.create("http://" + server.address() + "/bind-code");
  }

  @Test
  void theJavaClient() throws Exception {
    BindCode code = BindCode.fetch(issuer(), token);
    try (Client<Chat> client =
        Client.of(Chat.class).bindCode(code.code()).connect("ws://" + server.address() + "/ws")) {
      assertThat(client.session().orElseThrow().user()).isEqualTo("ann");
    }
  }

  @Test
  void theTypeScriptClient() {
    String url = "ws://" + server.address() + "/ws";
    try (Program node =
        Program.of("node", "src/test/node/bindcode.mjs", url, issuer().toString(), token)) {
      assertThat(node.ends()).as("%s", node.err()).isZero();
      assertThat(node.out())
          .containsExactly(
              "user ann",
              "resumed true with 2 codes",
              "refused true closed",
              "no code closed token: SwitchboardError: bind code: HTTP 401");
    }
  }

  @Test
  void aBareSocket() throws Exception {
    String answer =
        ask("POST /bind-code HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer " + token);
    String code = answer.replaceAll("(?s).*\"code\":\"([^\"]+)\".*", "$1");
    String upgrade =
        "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nConnection: close\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Protocol: switchboard.code."
            + code;
    assertThat(ask(upgrade)).startsWith("HTTP/1.1 101").contains("\"user\":\"ann\"");
    assertThat(ask(upgrade)).startsWith("HTTP/1.1 401").doesNotContain(code);
  }

  /** The response, and of a WebSocket what comes first. */
  private String ask(String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write((head + "\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      int next = socket.getInputStream().read();
      while (next >= 0 && answer.indexOf("\"heartbeat\"") < 0) {
        answer.append((char) next);
        next = socket.getInputStream().read();
      }
      return answer.toString();
    }
  }
}
