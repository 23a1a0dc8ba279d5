package dev.switchboard.transport;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** A request as it arrived, body included. Immutable, if the body is left alone. */
public final class HttpRequest {
  private final String method;
  private final Target target;
  private final Headers headers;
  private final InetSocketAddress remoteAddress;
  private final boolean secure;
  private final byte[] body;

  /** Made by the transport; public for tests of handlers. */
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

  /** The same request of another client, as a trusted proxy has told. */
  public HttpRequest from(InetSocketAddress client, boolean nowSecure) {
    return new HttpRequest(method, target.raw(), headers, client, nowSecure, body);
  }

  /** As sent: {@code GET}, {@code POST}, … */
  public String method() {
    return method;
  }

  /** As sent, path and query, still percent-encoded. */
  public String rawTarget() {
    return target.raw();
  }

  /**
   * The path, percent-decoded, starting with a slash. A decoded path may hold anything: never hand
   * it to a file system unchecked.
   */
  public String path() {
    return target.path();
  }

  /** The query's parameters, decoded, in order, each with all its values. */
  public Map<String, List<String>> query() {
    return target.query();
  }

  /** The header fields. */
  public Headers headers() {
    return headers;
  }

  /**
   * The client's address: the socket's, or what a trusted proxy in front has told; then the port is
   * 0.
   */
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /** Whether the client sent it over TLS. */
  public boolean secure() {
    return secure;
  }

  /** The body; empty if there was none. */
  public byte[] body() {
    return body;
  }

  @Override
  public String toString() {
    return method + " " + path() + " from " + remoteAddress;
  }
}
