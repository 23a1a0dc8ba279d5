package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.Target;
import dev.switchboard.transport.netty.io.RecentStrings;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request line and headers (RFC 9112 §3, §5). Parsing is strict: what two parsers could read
 * differently is refused. Immutable.
 *
 * @param http11 whether it is HTTP/1.1 and not 1.0
 */
record RequestHead(String method, String target, boolean http11, Headers headers) {
  private static final int MAX_FIELDS = 100;

  /** Headers whose values many clients share and which hold no secret. */
  private static final Set<String> SHARED =
      Stream.of(
              "Host",
              "Connection",
              "Upgrade",
              "Origin",
              "Pragma",
              "Cache-Control",
              "User-Agent",
              "Accept",
              "Accept-Encoding",
              "Accept-Language",
              "Sec-WebSocket-Version",
              "Sec-WebSocket-Extensions")
          .flatMap(name -> Stream.of(name, name.toLowerCase(Locale.ROOT)))
          .collect(Collectors.toUnmodifiableSet());

  /**
   * Parses a head.
   *
   * @param head lines that end in CRLF, without the empty one
   */
  static RequestHead parse(String head, RecentStrings recent) {
    int lineEnd = head.indexOf("\r\n");
    String line = head.substring(0, lineEnd);
    int first = line.indexOf(' ');
    int second = line.indexOf(' ', first + 1);
    if (first <= 0 || second < 0 || line.indexOf(' ', second + 1) >= 0) {
      throw new Refusal(400, "request line: not METHOD TARGET VERSION");
    }
    String version = line.substring(second + 1);
    boolean http11 = version.equals("HTTP/1.1");
    if (!http11 && !version.equals("HTTP/1.0")) {
      boolean http = version.length() == 8 && version.startsWith("HTTP/");
      throw new Refusal(http ? 505 : 400, "version: not HTTP/1.1");
    }
    String method = recent.cut(line, 0, first);
    String target =
        line.indexOf('?') < 0 // a query may hold a secret
            ? recent.cut(line, first + 1, second)
            : line.substring(first + 1, second);
    checkMethod(method);
    checkTarget(method, target);
    RequestHead parsed = new RequestHead(method, target, http11, fields(head, lineEnd + 2, recent));
    parsed.checkHost();
    return parsed;
  }

  /** Whether the client wants to keep the connection open for another request. */
  boolean keepsAlive() {
    return http11
        ? !headers.hasToken("Connection", "close")
        : headers.hasToken("Connection", "keep-alive");
  }

  /**
   * Whether the client waits for a 100 before it sends the body.
   *
   * @throws Refusal if it expects anything else
   */
  boolean expectsContinue() {
    String expected = headers.first("Expect");
    if (expected != null && !expected.equalsIgnoreCase("100-continue")) {
      throw new Refusal(417, "Expect: only 100-continue is understood");
    }
    return expected != null && http11;
  }

  /** Returns the length of the body: -1 if it is chunked, 0 if there is none. */
  long bodyLength() {
    List<String> lengths = headers.all("Content-Length");
    List<String> codings = headers.all("Transfer-Encoding");
    if (!codings.isEmpty()) {
      if (!http11 || !lengths.isEmpty()) {
        throw new Refusal(
            400,
            "Transfer-Encoding: with Content-Length or HTTP/1.0, which could be read in two ways");
      }
      if (codings.size() != 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
        throw new Refusal(501, "Transfer-Encoding: only chunked is understood");
      }
      return -1;
    }
    if (lengths.isEmpty()) {
      return 0;
    }
    String length = lengths.get(0);
    if (lengths.size() > 1
        || length.isEmpty()
        || length.length() > 18
        || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new Refusal(400, "Content-Length: not one number");
    }
    return Long.parseLong(length);
  }

  private void checkHost() {
    List<String> hosts = headers.all("Host");
    if (hosts.size() > 1 || (http11 && hosts.isEmpty())) {
      throw new Refusal(400, "Host: " + hosts.size() + " of them (expected: exactly one)");
    }
    if (!hosts.isEmpty()
        && !hosts.get(0).chars().allMatch(c -> c > ' ' && "\"#/<>?@\\^`{|},".indexOf(c) < 0)) {
      throw new Refusal(400, "Host: not a host and port");
    }
  }

  private static void checkMethod(String method) {
    for (int i = 0; i < method.length(); i++) {
      char c = method.charAt(i);
      if (!(c >= 'A' && c <= 'Z')
          && !(c >= 'a' && c <= 'z')
          && "!#$%&'*+-.^_`|~0123456789".indexOf(c) < 0) {
        throw new Refusal(400, "method: not a token");
      }
    }
  }

  private static void checkTarget(String method, String target) {
    boolean form =
        target.startsWith("/")
            || target.startsWith("http://")
            || target.startsWith("https://")
            || (target.equals("*") && method.equals("OPTIONS"));
    if (method.equals("CONNECT")) {
      throw new Refusal(501, "CONNECT: this is no proxy");
    }
    if (!form || target.indexOf('#') >= 0 || !target.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new Refusal(400, "target: not a path");
    }
    if (target.indexOf('%') >= 0 && !Target.isUtf8(target)) {
      throw new Refusal(400, "target: percent sequences that are not UTF-8");
    }
  }

  static Headers fields(String head, int from, RecentStrings recent) {
    String[] pairs = new String[32];
    int size = 0;
    for (int at = from; at < head.length(); ) {
      int end = head.indexOf("\r\n", at);
      int colon = head.indexOf(':', at);
      if (head.charAt(at) == ' ' || head.charAt(at) == '\t') {
        throw new Refusal(400, "header: continued on a second line");
      }
      if (colon < 0 || colon > end) {
        throw new Refusal(400, "header: without a colon");
      }
      if (size == 2 * MAX_FIELDS) {
        throw new Refusal(431, "headers: more than " + MAX_FIELDS);
      }
      if (size == pairs.length) {
        pairs = java.util.Arrays.copyOf(pairs, size * 2);
      }
      String name = recent.cut(head, at, colon);
      pairs[size++] = name;
      pairs[size++] = value(head, colon + 1, end, SHARED.contains(name) ? recent : null);
      at = end + 2;
    }
    try {
      return Headers.of(java.util.Arrays.copyOf(pairs, size));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()));
    }
  }

  /** Returns a value without the spaces and tabs at its ends. */
  private static String value(String head, int from, int to, @Nullable RecentStrings recent) {
    int start = from;
    int end = to;
    while (start < end && (head.charAt(start) == ' ' || head.charAt(start) == '\t')) {
      start++;
    }
    while (end > start && (head.charAt(end - 1) == ' ' || head.charAt(end - 1) == '\t')) {
      end--;
    }
    return recent == null ? head.substring(start, end) : recent.cut(head, start, end);
  }

  /**
   * Returns the request of a channel's client.
   *
   * @param secure whether the channel uses TLS
   */
  HttpRequest request(Channel channel, boolean secure, byte[] body) {
    InetSocketAddress client = ProxyHeaderReader.client(channel);
    HttpRequest request = new HttpRequest(method, target, headers, client, secure, body);
    X509Certificate certificate = secure ? ClientCertificate.of(channel.pipeline()) : null;
    return certificate == null ? request : request.presenting(certificate);
  }
}
