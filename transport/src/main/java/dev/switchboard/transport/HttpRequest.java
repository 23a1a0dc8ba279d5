package dev.switchboard.transport;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** An HTTP request with its body. Immutable, as long as nobody writes to the body. */
public final class HttpRequest {
  private final String method;
  private final Target target;
  private final Headers headers;
  private final InetSocketAddress remoteAddress;
  private final boolean secure;
  private final byte[] body;

  /** Called by the transport; public for tests of handlers. */
  public HttpRequest(
      String method,
      String rawTarget,
      Headers headers,
      InetSocketAddress remoteAddress,
      boolean secure,
      byte[] body) {
    this.method = method;
    this.target = Target.parse(rawTarget);
    this.headers = headers;
    this.remoteAddress = remoteAddress;
    this.secure = secure;
    this.body = body;
  }

  /** Returns a copy with the client's address and scheme as reported by a trusted proxy. */
  public HttpRequest from(InetSocketAddress client, boolean nowSecure) {
    return new HttpRequest(method, target.raw(), headers, client, nowSecure, body);
  }

  /** Returns the method as sent: {@code GET}, {@code POST}, … */
  public String method() {
    return method;
  }

  /** Returns the path and query as sent, percent-encoded. */
  public String rawTarget() {
    return target.raw();
  }

  /**
   * Returns the percent-decoded path, which starts with a slash. It may contain anything: never
   * pass it to a file system unchecked.
   */
  public String path() {
    return target.path();
  }

  /** Returns the decoded query parameters, in order, each with all its values. */
  public Map<String, List<String>> query() {
    return target.query();
  }

  /** Returns the header fields. */
  public Headers headers() {
    return headers;
  }

  /**
   * Returns the client's address: the socket's, or the one reported by a trusted proxy, whose port
   * is then 0.
   */
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /** Whether the client used TLS. */
  public boolean secure() {
    return secure;
  }

  /** Returns the body; empty if there was none. */
  public byte[] body() {
    return body;
  }

  @Override
  public String toString() {
    return method + " " + path() + " from " + remoteAddress;
  }
}
