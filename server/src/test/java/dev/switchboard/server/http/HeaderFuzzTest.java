package dev.switchboard.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;

/**
 * The headers that decide who is let in, of any bytes. Each line is a header: its first byte says
 * which one of {@link #NAMES}, the rest is the value.
 */
@Tag("B3")
class HeaderFuzzTest {
  private static final List<String> NAMES =
      List.of(
          "Host",
          "Origin",
          "Cookie",
          "Authorization",
          "Sec-WebSocket-Protocol",
          "X-Forwarded-For",
          "X-Forwarded-Proto",
          "Forwarded");

  private static final InetSocketAddress PROXY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
  private static final InetSocketAddress STRANGER = new InetSocketAddress("192.0.2.1", 4711);
  private static final AllowedHosts HOSTS =
      AllowedHosts.of(List.of("chat.example.com", "*.wild.example"));
  private static final String NAMED =
      "(.*\\.)?localhost|chat\\.example\\.com|.+\\.wild\\.example|[0-9.]+|\\[.*]";
  private static final AllowedOrigins ORIGINS =
      AllowedOrigins.sameHostAnd(List.of("https://app.example.com"));
  private static final Networks NETWORKS =
      Networks.of("trustedProxies", "127.0.0.0/8", "10.0.0.0/8");
  private static final List<TrustedProxies> PROXIES =
      List.of(TrustedProxies.of(false, NETWORKS), TrustedProxies.of(true, NETWORKS));
  private static final Authentication AUTHENTICATION =
      new Authentication(
          credentials -> {
            throw AuthenticationException.refused("token: of nobody");
          },
          "session",
          new Restrictions(null, InstantSource.system()),
          null,
          Duration.ofSeconds(10));

  @FuzzTest(maxDuration = "3m")
  void nobodyIsLetInForAHeaderThatReadsOtherwise(byte[] input) {
    Headers headers;
    try {
      headers = headers(new String(input, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException unsendable) {
      return;
    }
    HttpRequest request = new HttpRequest("GET", "/ws", headers, PROXY, false, new byte[0]);
    if (HOSTS.allows(request, false)) {
      assertThat(name(headers)).matches(NAMED);
    }
    if (ORIGINS.allows(request)) {
      assertThat(headers.all("Origin")).allSatisfy(origin -> theSameOrNamed(origin, headers));
    }
    shown(request);
    PROXIES.forEach(proxies -> forwarded(proxies, request));
  }

  private static Headers headers(String lines) {
    Headers headers = Headers.EMPTY;
    for (String line : lines.split("\n", -1)) {
      if (!line.isEmpty()) {
        String name = NAMES.get(line.charAt(0) % NAMES.size());
        headers = headers.with(name, line.substring(1));
      }
    }
    return headers;
  }

  /** Returns the host in lower case, without a port and a dot at the end. */
  private static String name(Headers headers) {
    String host = headers.first("Host");
    return host == null
        ? "localhost" // of HTTP/1.0, or refused before
        : host.toLowerCase(Locale.ROOT).replaceAll(":[0-9]*$", "").replaceAll("\\.$", "");
  }

  private static void theSameOrNamed(String origin, Headers headers) {
    String lower = origin.toLowerCase(Locale.ROOT);
    String host = String.valueOf(headers.first("Host")).toLowerCase(Locale.ROOT);
    List<String> same =
        List.of(
            "http://" + host.replaceAll(":80$", ""),
            "https://" + host.replaceAll(":443$", ""),
            "https://app.example.com");
    String bare = lower.replaceAll(lower.startsWith("https:") ? ":443$" : ":80$", "");
    assertThat(same).contains(bare);
  }

  private static void shown(HttpRequest request) {
    Headers headers = request.headers();
    assertThat(Authentication.withoutCredentials(request))
        .noneMatch(name -> name.startsWith("switchboard.bearer.") || name.contains(","));
    Credentials shown = AUTHENTICATION.shown(request);
    if (shown == null) {
      return;
    }
    String value = shown.value();
    String written =
        switch (shown.kind()) {
          case COOKIE -> "session=" + value;
          case BIND_CODE -> "switchboard.code." + value;
          case TOKEN -> value;
        };
    List<String> all = List.of("Authorization", "Sec-WebSocket-Protocol", "Cookie");
    assertThat(all.stream().map(name -> String.join(", ", headers.all(name))))
        .as("it is written there")
        .anyMatch(lines -> lines.contains(written));
    if (shown.kind() == Credentials.Kind.COOKIE) {
      assertThat(headers.all("Cookie"))
          .anyMatch(line ->
              Arrays.stream(line.split(";", -1)).anyMatch(pair -> pair.strip().equals(written)));
    }
  }

  /** What stands before the address that counts may be forged, and changes nothing. */
  private static void forwarded(TrustedProxies proxies, HttpRequest request) {
    InetSocketAddress client = proxies.resolve(request).remoteAddress();
    assertThat(client.isUnresolved()).isFalse();
    boolean proxy = client.equals(PROXY) || client.getAddress().isLoopbackAddress();
    if (!proxy && client.getAddress().getAddress()[0] != 10) {
      Headers more =
          Headers.of("X-Forwarded-For", "192.0.2.66", "Forwarded", "for=192.0.2.66")
              .with(request.headers());
      HttpRequest forged = new HttpRequest("GET", "/ws", more, PROXY, false, new byte[0]);
      assertThat(proxies.resolve(forged).remoteAddress()).isEqualTo(client);
    }
    HttpRequest direct = request.from(STRANGER, false);
    assertThat(proxies.resolve(direct).remoteAddress()).isEqualTo(STRANGER);
  }
}
