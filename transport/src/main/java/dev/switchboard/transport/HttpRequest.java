package dev.switchboard.transport;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An HTTP request with its body. Immutable, as long as nobody writes to the body. */
public final class HttpRequest {
  private final String method;
  private final Target target;
  private final Headers headers;
  private final InetSocketAddress remoteAddress;
  private final boolean secure;
  private final byte[] body;
  private final @Nullable X509Certificate clientCertificate; // null for none

  /** Called by the transport; public for tests of handlers. */
  public HttpRequest(
      String method,
      String rawTarget,
      Headers headers,
      InetSocketAddress remoteAddress,
      boolean secure,
      byte[] body) {
    this(method, Target.parse(rawTarget), headers, remoteAddress, secure, body, null);
  }

  private HttpRequest(
      String method,
      Target target,
      Headers headers,
      InetSocketAddress remoteAddress,
      boolean secure,
      byte[] body,
      @Nullable X509Certificate clientCertificate) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.remoteAddress = remoteAddress;
    this.secure = secure;
    this.body = body;
    this.clientCertificate = clientCertificate;
  }

  /**
   * Returns a copy with the client's address and scheme as reported by a trusted proxy. It has no
   * certificate, as the proxy's is not the client's.
   */
  public HttpRequest from(InetSocketAddress client, boolean nowSecure) {
    return new HttpRequest(method, target, headers, client, nowSecure, body, null);
  }

  /** Returns a copy with the certificate that the client has proved to own. */
  public HttpRequest presenting(X509Certificate certificate) {
    return new HttpRequest(method, target, headers, remoteAddress, secure, body, certificate);
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

  /**
   * Returns the certificate that the client has proved to own in the TLS handshake (mutual TLS),
   * and that a trusted authority has signed. Empty if the server did not ask for one, if the client
   * had none, or behind a proxy that ends TLS.
   */
  public Optional<X509Certificate> clientCertificate() {
    return Optional.ofNullable(clientCertificate);
  }

  /** Returns the body; empty if there was none. */
  public byte[] body() {
    return body;
  }

  /**
   * Returns the method, the path and the address, for logs. The path is as it was sent, so it has
   * no control characters; the query, which may hold a secret, is left out.
   */
  @Override
  public String toString() {
    String raw = target.raw();
    int mark = raw.indexOf('?');
    return method + " " + (mark < 0 ? raw : raw.substring(0, mark)) + " from " + remoteAddress;
  }
}
