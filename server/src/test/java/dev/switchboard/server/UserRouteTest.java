package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import dev.switchboard.transport.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plain HTTP for the users of an endpoint, over raw sockets. */
@Tag("B3")
class UserRouteTest {
  private final Endpoint<Talk> endpoint =
      Endpoint.of(Talk.class)
          .authenticate(UserRouteTest::prove)
          .cookie("session")
          .origins("https://app.example.com")
          .failedLoginRate(3, Duration.ofMinutes(1))
          .get("/me", (request, user) -> HttpResponse.text(200, user.name() + "\n"))
          .get(
              "/broken",
              (request, user) -> {
                throw new IOException("no disk");
              })
          .post("/me", (request, user) -> HttpResponse.text(200, "kept for " + user.name() + "\n"));
  private final Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private static AuthenticatedUser prove(Credentials credentials) throws AuthenticationException {
    return switch (credentials.value()) {
      case "anns" -> new AuthenticatedUser("ann", Map.of(), Set.of(), null, "token-1");
      case "away" -> throw AuthenticationException.unavailable("the keys are away", null);
      default -> throw AuthenticationException.refused("not a token");
    };
  }

  private String ask(String method, String path, String field) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      String head =
          method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + field;
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /me, Authorization: Bearer anns, 200",
    "GET, /me, authorization: bearer anns, 200",
    "GET, /me, Cookie: session=anns, 200",
    "HEAD, /me, Authorization: Bearer anns, 200",
    "POST, /me, Authorization: Bearer anns, 200",
    "GET, /me, Accept: */*, 401",
    "POST, /me, Accept: */*, 401",
    "GET, /me, Authorization: Bearer eves, 401",
    "GET, /me, Cookie: session=eves, 401",
    "GET, /me, Authorization: Bearer away, 503",
    "PUT, /me, Authorization: Bearer anns, 405",
    "GET, /broken, Authorization: Bearer anns, 500",
    "GET, /broken, Accept: */*, 401"
  })
  void onlyAUserIsAnswered(String method, String path, String field, int status) throws Exception {
    assertThat(ask(method, path, field))
        .startsWith("HTTP/1.1 " + status)
        .satisfies(answer ->
            assertThat(answer.contains("Cache-Control: no-store"))
                .isEqualTo(status == 200 || status == 401 || status == 503));
  }

  @Test
  void theRouteKnowsItsUser() throws Exception {
    assertThat(ask("GET", "/me", "Authorization: Bearer anns")).endsWith("\r\n\r\nann\n");
    assertThat(ask("POST", "/me", "Cookie: session=anns")).endsWith("kept for ann\n");
  }

  @Test
  void whoSaysTwoThingsIsNotBelieved() throws Exception {
    String twice = "Authorization: Bearer anns\r\nAuthorization: Bearer anns";
    assertThat(ask("GET", "/me", twice + "\r\nCookie: session=anns")).startsWith("HTTP/1.1 401");
  }

  @Test
  void noOtherSiteActsWithAVisitorsCookie() throws Exception {
    String cookie = "Cookie: session=anns\r\nOrigin: ";
    assertThat(ask("POST", "/me", cookie + "https://evil.example")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET", "/me", cookie + "https://evil.example")).startsWith("HTTP/1.1 403");
    assertThat(ask("POST", "/me", cookie + "https://app.example.com")).startsWith("HTTP/1.1 200");
  }

  @Test
  void whoGuessesIsLockedOutAndTheOthersAreToldWhen() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(ask("GET", "/me", "Authorization: Bearer guess" + i)).startsWith("HTTP/1.1 401");
    }
    assertThat(ask("GET", "/me", "Authorization: Bearer anns"))
        .startsWith("HTTP/1.1 429")
        .contains("Retry-After: ");
  }

  @Test
  void whoIsBannedOrRevokedIsNotAnswered() throws Exception {
    endpoint.moderation().ban("ann", Duration.ofHours(1), "spam");
    assertThat(ask("GET", "/me", "Authorization: Bearer anns"))
        .startsWith("HTTP/1.1 403")
        .endsWith("banned: spam\n");
    endpoint.moderation().unban("ann");
    assertThat(ask("GET", "/me", "Authorization: Bearer anns")).startsWith("HTTP/1.1 200");
    server.revocations().credential("token-1", Duration.ofHours(1));
    assertThat(ask("GET", "/me", "Authorization: Bearer anns")).startsWith("HTTP/1.1 401");
  }

  @Test
  void aRouteForUsersNeedsUsers() {
    RawEndpoint guests =
        RawEndpoint.create().get("/me", (request, user) -> HttpResponse.text(200, "who?\n"));
    assertThatThrownBy(() -> Server.builder().port(0).endpoint("/raw", guests).start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("get /me: nobody can prove who they are (expected: with authenticate)");
  }
}
