package dev.switchboard.server.http;

import dev.switchboard.transport.HttpRequest;
import io.netty.util.NetUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The host names that a server answers to. With DNS rebinding, a page points its own name at the
 * address of a server in its visitor's network, and is then of the same origin; only the {@code
 * Host} header reveals it. An IP address or {@code localhost} can't be rebound, so both are always
 * allowed. Immutable.
 */
public final class AllowedHosts {
  /** Any name. */
  public static final AllowedHosts ANY = new AllowedHosts(Set.of(), true);

  private final Set<String> named;
  private final boolean any;

  private AllowedHosts(Set<String> named, boolean any) {
    this.named = named;
    this.any = any;
  }

  /**
   * Allows the given names, without a port; {@code *.example.com} matches every name below that
   * one.
   *
   * @throws IllegalArgumentException if one is not a name
   */
  public static AllowedHosts of(List<String> hosts) {
    Set<String> named = new HashSet<>();
    for (String host : hosts) {
      if (!host.matches("(\\*\\.)?[\\p{Alnum}_-]+(\\.[\\p{Alnum}_-]+)*\\.?")) {
        throw new IllegalArgumentException(
            "host: " + host + " (expected: a name such as chat.example.com or *.example.com)");
      }
      named.add(normal(host));
    }
    return new AllowedHosts(Set.copyOf(named), false);
  }

  /**
   * Whether the request may be answered. An upgrade without an {@code Origin} does not come from a
   * browser, and may name any host.
   */
  public boolean allows(HttpRequest request, boolean upgrade) {
    String host = request.headers().first("Host");
    return any
        || host == null // HTTP/1.0
        || (upgrade && !request.headers().contains("Origin"))
        || allows(normal(withoutPort(host)));
  }

  private boolean allows(String host) {
    if (host.equals("localhost") || host.endsWith(".localhost") || isAddress(host)) {
      return true;
    }
    if (named.contains(host)) {
      return true;
    }
    for (int dot = host.indexOf('.', 1); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (named.contains("*" + host.substring(dot))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAddress(String host) {
    return NetUtil.isValidIpV4Address(host)
        || (host.startsWith("[") && host.endsWith("]") && NetUtil.isValidIpV6Address(host));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    boolean port = colon >= 0 && host.chars().skip(colon + 1).allMatch(c -> c >= '0' && c <= '9');
    return port ? host.substring(0, colon) : host;
  }

  private static String normal(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
