package dev.switchboard.security;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a JWK set, within limits of time, size and redirects, and never over plain HTTP except
 * from this machine: whoever can change the answer can sign tokens. Immutable, thread-safe.
 *
 * @param url where from
 * @param timeout for all of it, redirects included
 */
record JwksFetch(URI url, Duration timeout) {
  static final int MAX_BYTES = 256 * 1024;
  static final int MAX_REDIRECTS = 3;

  /** RFC 9110 §15.4; not 304, which answers a condition. */
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Refuses an address that must not be fetched from. */
  JwksFetch {
    if (!allowed(url)) {
      throw new IllegalArgumentException(
          "jwks: " + shown(url) + " (expected: an https URL; http only for localhost)");
    }
  }

  private static boolean allowed(URI url) {
    if (url.getScheme() == null || url.getHost() == null || url.getRawUserInfo() != null) {
      return false;
    }
    return url.getScheme().equalsIgnoreCase("https")
        || (url.getScheme().equalsIgnoreCase("http") && loopback(url.getHost()));
  }

  /** By the text: a name that only resolves to this machine is not enough. */
  private static boolean loopback(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  /** Without what may be a secret in it. */
  private static String shown(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    return url.getScheme() + "://" + url.getHost() + port + path;
  }

  /** The body of the answer. Blocks for no longer than the timeout. */
  byte[] fetch() throws IOException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    // One for each: fetches are rare, and so nothing is left running between them.
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
    try {
      URI at = url;
      for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        HttpResponse<byte[]> response = get(client, at, end - System.nanoTime());
        if (response.statusCode() == 200) {
          return response.body();
        }
        at = redirected(at, response);
      }
      throw new IOException("more than " + MAX_REDIRECTS + " redirects");
    } finally {
      client.shutdownNow();
    }
  }

  private HttpResponse<byte[]> get(HttpClient client, URI at, long nanos)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(at).header("Accept", "application/json").build();
    try {
      return client
          .sendAsync(request, head -> new LimitedBody(MAX_BYTES))
          .get(Math.max(nanos, 1), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      throw new IOException(reason(failed.getCause()), failed.getCause());
    } catch (TimeoutException late) {
      throw new IOException("no answer within " + timeout.toMillis() + " ms", late);
    }
  }

  private static String reason(@Nullable Throwable cause) {
    if (cause == null) {
      return "failed";
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static URI redirected(URI from, HttpResponse<byte[]> response) throws IOException {
    int status = response.statusCode();
    String location = response.headers().firstValue("Location").orElse("");
    if (!REDIRECTS.contains(status) || location.isEmpty()) {
      throw new IOException("status " + status);
    }
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException wrong) {
      throw new IOException("redirect to something that is no URL", wrong);
    }
    boolean down =
        from.getScheme().equalsIgnoreCase("https") && !"https".equalsIgnoreCase(to.getScheme());
    if (down || !allowed(to)) {
      throw new IOException("redirect to an address that is not https");
    }
    return to;
  }

  /** Without what may be a secret in the address. */
  @Override
  public String toString() {
    return shown(url);
  }
}
