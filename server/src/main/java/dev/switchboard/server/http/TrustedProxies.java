package dev.switchboard.server.http;

import dev.switchboard.transport.HttpRequest;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address behind known proxies. Each proxy appends the address it was called
 * from to a header. The list is read from its end, and the first address that is not a known
 * proxy's is the client's. Anything before it may be forged, and is ignored. Immutable.
 */
public final class TrustedProxies {
  /** No proxies: the client's address is the socket's. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";

  private final List<IpSubnetFilterRule> networks;

  private TrustedProxies(List<IpSubnetFilterRule> networks) {
    this.networks = networks;
  }

  /**
   * Trusts the proxies with the given addresses.
   *
   * @param networks addresses or networks: {@code 10.0.0.7}, {@code 10.0.0.0/8}, {@code fd00::/8}
   * @throws IllegalArgumentException if one is neither
   */
  public static TrustedProxies of(List<String> networks) {
    List<IpSubnetFilterRule> rules = new ArrayList<>();
    for (String network : networks) {
      rules.add(rule(network));
    }
    return new TrustedProxies(List.copyOf(rules));
  }

  private static IpSubnetFilterRule rule(String network) {
    int slash = network.indexOf('/');
    InetAddress address =
        NetUtil.createInetAddressFromIpAddressString(
            slash < 0 ? network : network.substring(0, slash));
    try {
      int bits = Objects.requireNonNull(address).getAddress().length * 8;
      int prefix = slash < 0 ? bits : Integer.parseInt(network.substring(slash + 1));
      return new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT);
    } catch (RuntimeException neither) {
      throw new IllegalArgumentException(
          "trustedProxies: " + network + " (expected: an address or a network such as 10.0.0.0/8)",
          neither);
    }
  }

  /** Returns the request as the client sent it to the first of the known proxies. */
  public HttpRequest resolve(HttpRequest request) {
    if (networks.isEmpty() || !trusted(request.remoteAddress())) {
      return request;
    }
    List<String> passed =
        request.headers().all(FOR).stream()
            .flatMap(list -> List.of(list.split(",")).stream())
            .toList();
    InetSocketAddress client = request.remoteAddress();
    for (int i = passed.size() - 1; i >= 0 && trusted(client); i--) {
      InetAddress before = address(passed.get(i).strip());
      if (before == null) {
        break; // a proxy that hides its client, or a mistake: use the proxy
      }
      client = new InetSocketAddress(before, 0);
    }
    String scheme = request.headers().first(PROTO);
    boolean secure = scheme == null ? request.secure() : scheme.strip().equalsIgnoreCase("https");
    return request.from(client, secure);
  }

  private boolean trusted(InetSocketAddress address) {
    return networks.stream().anyMatch(network -> network.matches(address));
  }

  /** Parses an address, without ever resolving a name. Some proxies append the port. */
  private static @Nullable InetAddress address(String text) {
    String host = text;
    if (text.startsWith("[") && text.contains("]")) {
      host = text.substring(1, text.indexOf(']'));
    } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
      host = text.substring(0, text.indexOf(':'));
    }
    return NetUtil.createInetAddressFromIpAddressString(host);
  }
}
