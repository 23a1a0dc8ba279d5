package dev.switchboard.client;

import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.client.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A one-time code that connects one client as the user it was issued for ({@code
 * spec/protocol.md#bind-codes}). A user who is signed in on one device fetches it and shows it, as
 * text or QR code, to another device. Immutable.
 *
 * @param code the code itself: a secret until it is used
 * @param expireTime when the server no longer accepts it
 */
public record BindCode(String code, Instant expireTime) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_BYTES = 4 << 10;
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Fetches a code for the user of a token, with {@code POST} and {@code Authorization: Bearer}.
   * Blocks for at most about 10 seconds. Redirects are not followed, as the token is not meant for
   * others. Uses the JDK's HTTP client and its trust store; to fetch in another way, give {@link
   * ClientBuilder#bindCode(TokenSupplier)} a supplier of your own.
   *
   * @param endpoint where the server issues codes
   * @param token the user's token: visible ASCII
   * @throws ConnectFailedException if the server does not answer or refuses; {@code status} is the
   *     HTTP status, and {@code retryable} is false for 401 and 403
   * @throws IllegalArgumentException if the address is not {@code http://} or {@code https://}, or
   *     the token can't be sent
   */
  public static BindCode fetch(URI endpoint, String token) throws InterruptedException {
    if (!Tokens.usable(token)) {
      throw new IllegalArgumentException(Tokens.UNUSABLE);
    }
    HttpRequest request =
        HttpRequest.newBuilder(require(endpoint))
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    try {
      return http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
          .thenApplyAsync(BindCode::answered, Thread::startVirtualThread)
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ConnectFailedException refused
          ? refused
          : failed(String.valueOf(e.getCause()), 0, true, e.getCause());
    } catch (TimeoutException late) {
      throw failed("no answer within " + PATIENCE.toSeconds() + " s", 0, true, late);
    } finally {
      http.shutdownNow(); // ends the reading, too
    }
  }

  private static BindCode answered(HttpResponse<InputStream> response) {
    int status = response.statusCode();
    try (InputStream body = response.body()) {
      if (status != 200) {
        throw failed("HTTP " + status, status, again(status), null);
      }
      return read(body.readNBytes(MAX_BYTES));
    } catch (IOException away) {
      throw new UncheckedIOException(away);
    }
  }

  private static boolean again(int status) {
    return status >= 500 || status == 408 || status == 425 || status == 429;
  }

  private static BindCode read(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      JsonNode code = json.path("code");
      JsonNode expireTime = json.path("expireTime");
      if (code.isString() && expireTime.isIntegralNumber() && expireTime.canConvertToLong()) {
        return new BindCode(code.stringValue(), Instant.ofEpochMilli(expireTime.longValue()));
      }
    } catch (JacksonException notJson) {
      // its message may quote the code
    }
    throw failed("not an answer with a code (expected: a path of bindCodes)", 200, false, null);
  }

  private static ConnectFailedException failed(
      String why, int status, boolean retryable, @Nullable Throwable cause) {
    return new ConnectFailedException("bind code: " + why, status, retryable, cause);
  }

  static URI require(URI endpoint) {
    String scheme = String.valueOf(endpoint.getScheme());
    boolean http = scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http");
    if (!http || endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "bind code: not an address (expected: https://HOST/PATH or http://HOST/PATH)");
    }
    return endpoint;
  }

  /** Supplies codes that are fetched with the tokens of another supplier. */
  static TokenSupplier supplier(URI endpoint, TokenSupplier tokens) {
    URI checked = require(endpoint);
    return TokenSupplier.blocking(() -> fetch(checked, token(tokens)).code());
  }

  private static String token(TokenSupplier tokens) throws Exception {
    try {
      return tokens.token().toCompletableFuture().get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof Exception known ? known : failed;
    }
  }

  /** Returns a description without the code. */
  @Override
  public String toString() {
    return "BindCode[expires " + expireTime + "]";
  }
}
