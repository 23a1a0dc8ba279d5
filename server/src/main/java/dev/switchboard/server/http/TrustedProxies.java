package dev.switchboard.server.http;

import dev.switchboard.transport.HttpRequest;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address behind known proxies. Each proxy appends the address it was called
 * from to a header. The list is read from its end, and the first address that is not a known
 * proxy's is the client's. Anything before it may be forged, and is ignored. Only one header is
 * read, as a proxy that appends to one passes on what its client wrote into another. Immutable.
 */
public final class TrustedProxies {
  /** No proxies: the client's address is the socket's. */
  public static final TrustedProxies NONE = of(false, Networks.NONE);

  private final Forwarded.Header header;
  private final Networks networks;

  private TrustedProxies(Forwarded.Header header, Networks networks) {
    this.header = header;
    this.networks = networks;
  }

  /**
   * Trusts some proxies.
   *
   * @param standard whether they send {@code Forwarded} instead of {@code X-Forwarded-For}
   */
  public static TrustedProxies of(boolean standard, Networks networks) {
    return new TrustedProxies(standard ? Forwarded::standard : Forwarded::xForwardedFor, networks);
  }

  /** Returns the request as the client sent it to the first of the known proxies. */
  public HttpRequest resolve(HttpRequest request) {
    if (!networks.contain(request.remoteAddress())) {
      return request;
    }
    List<Forwarded> passed = header.read(request.headers());
    InetSocketAddress client = request.remoteAddress();
    boolean secure = request.secure();
    for (int i = passed.size() - 1; i >= 0 && networks.contain(client); i--) {
      Forwarded one = passed.get(i);
      secure = one.proto() == null ? secure : one.proto().equalsIgnoreCase("https");
      InetAddress before = one.client() == null ? null : address(one.client());
      if (before == null) {
        break; // a proxy that hides its client, or a mistake: use the proxy
      }
      client = new InetSocketAddress(before, 0);
    }
    return passed.isEmpty() ? request : request.from(client, secure);
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
