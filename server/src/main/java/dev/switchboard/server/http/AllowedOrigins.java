package dev.switchboard.server.http;

import dev.switchboard.transport.HttpRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The origins whose web pages may open a WebSocket: the server's own host, and origins that were
 * named. Browsers send the origin of the page (RFC 6455 §10.2). Without the check, any page on the
 * internet could connect with its visitor's cookies, or to a server in its visitor's network.
 * Clients other than browsers send no {@code Origin} and are not affected. Immutable.
 */
public final class AllowedOrigins {
  /** Pages of the host that the request names. */
  public static final AllowedOrigins SAME_HOST = new AllowedOrigins(Set.of(), false);

  /** Pages of any site. */
  public static final AllowedOrigins ANY = new AllowedOrigins(Set.of(), true);

  private final Set<String> named;
  private final boolean any;

  private AllowedOrigins(Set<String> named, boolean any) {
    this.named = named;
    this.any = any;
  }

  /**
   * Allows pages of the same host and of the given origins.
   *
   * @throws IllegalArgumentException if one is not {@code scheme://host} or {@code
   *     scheme://host:port}
   */
  public static AllowedOrigins sameHostAnd(List<String> origins) {
    Set<String> named = new HashSet<>();
    for (String origin : origins) {
      Origin parsed = Origin.parse(origin);
      if (parsed == null) {
        throw new IllegalArgumentException(
            "origin: " + origin + " (expected: scheme://host or scheme://host:port, no path)");
      }
      named.add(parsed.toString());
    }
    return new AllowedOrigins(Set.copyOf(named), false);
  }

  /** Whether every {@code Origin} of the request is allowed. True if it has none. */
  public boolean allows(HttpRequest request) {
    return any || trusts(request);
  }

  /**
   * Whether every {@code Origin} of the request is the server's host or was named, so that the
   * cookies of a page's visitor may count. True if it has none.
   */
  boolean trusts(HttpRequest request) {
    return request.headers().all("Origin").stream().allMatch(origin -> allows(origin, request));
  }

  private boolean allows(String value, HttpRequest request) {
    Origin origin = Origin.parse(value);
    if (origin == null) {
      return false; // also "null", which sandboxed frames and local files send
    }
    return named.contains(origin.toString()) || sameHost(origin, request);
  }

  /**
   * Whether the origin has the request's host. A proxy that terminates TLS passes the host on, but
   * the request itself is then not secure, so the scheme is compared only where it is known.
   */
  private static boolean sameHost(Origin origin, HttpRequest request) {
    String host = request.headers().first("Host");
    boolean web = origin.scheme.equals("https") || origin.scheme.equals("http");
    if (host == null || !web || (request.secure() && !origin.scheme.equals("https"))) {
      return false;
    }
    return Origin.withoutPort(host.toLowerCase(Locale.ROOT), origin.defaultPort())
        .equals(origin.authority);
  }

  private record Origin(String scheme, String authority) {
    static @Nullable Origin parse(String text) {
      try {
        URI uri = new URI(text);
        boolean bare =
            (uri.getRawPath() == null || uri.getRawPath().isEmpty())
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
        if (!bare || uri.getScheme() == null || uri.getHost() == null) {
          return null;
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String authority = uri.getRawAuthority().toLowerCase(Locale.ROOT);
        return new Origin(scheme, withoutPort(authority, defaultPort(scheme)));
      } catch (URISyntaxException malformed) {
        return null;
      }
    }

    String defaultPort() {
      return defaultPort(scheme);
    }

    private static String defaultPort(String scheme) {
      return scheme.equals("https") ? ":443" : ":80";
    }

    static String withoutPort(String authority, String defaultPort) {
      return authority.endsWith(defaultPort) && !authority.endsWith(":" + defaultPort)
          ? authority.substring(0, authority.length() - defaultPort.length())
          : authority;
    }

    @Override
    public String toString() {
      return scheme + "://" + authority;
    }
  }
}
