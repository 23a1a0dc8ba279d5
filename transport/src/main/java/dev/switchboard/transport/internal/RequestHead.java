package dev.switchboard.transport.internal;

import dev.switchboard.transport.Headers;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Request line and headers (RFC 9112 §3, §5), read strictly: what two readers could understand
 * differently is refused. Immutable.
 *
 * @param http11 whether it is HTTP/1.1 and not 1.0
 */
record RequestHead(String method, String target, boolean http11, Headers headers) {
  private static final int MAX_FIELDS = 100;
  private static final Map<String, String> COMMON =
      Stream.of(
              "Host",
              "Connection",
              "Upgrade",
              "Origin",
              "Cookie",
              "Pragma",
              "Cache-Control",
              "User-Agent",
              "Accept-Encoding",
              "Accept-Language",
              "Sec-WebSocket-Version",
              "Sec-WebSocket-Key",
              "Sec-WebSocket-Protocol",
              "Sec-WebSocket-Extensions",
              "websocket",
              "13",
              "no-cache",
              "permessage-deflate; client_max_window_bits",
              "switchboard.v1.json")
          .collect(Collectors.toUnmodifiableMap(text -> text, text -> text));

  /**
   * Parses a head.
   *
   * @param head lines that end in CRLF, without the empty one
   */
  static RequestHead parse(String head) {
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
    String method = line.substring(0, first);
    String target = line.substring(first + 1, second);
    checkMethod(method);
    checkTarget(method, target);
    RequestHead parsed = new RequestHead(method, target, http11, fields(head, lineEnd + 2));
    parsed.checkHost();
    return parsed;
  }

  /** Whether the client wants the connection kept for another request. */
  boolean keepsAlive() {
    return http11
        ? !headers.hasToken("Connection", "close")
        : headers.hasToken("Connection", "keep-alive");
  }

  /** Length of the body: -1 if it is chunked, 0 if there is none. */
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
  }

  static Headers fields(String head, int from) {
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
      pairs[size++] = shared(head.substring(at, colon));
      pairs[size++] = shared(trim(head, colon + 1, end));
      at = end + 2;
    }
    try {
      return Headers.of(java.util.Arrays.copyOf(pairs, size));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()));
    }
  }

  /** What most requests say is kept once, not once for each connection that remembers its own. */
  private static String shared(String text) {
    return COMMON.getOrDefault(text, text);
  }

  /** Takes spaces and tabs, nothing else, off both ends. */
  private static String trim(String head, int from, int to) {
    int start = from;
    int end = to;
    while (start < end && (head.charAt(start) == ' ' || head.charAt(start) == '\t')) {
      start++;
    }
    while (end > start && (head.charAt(end - 1) == ' ' || head.charAt(end - 1) == '\t')) {
      end--;
    }
    return head.substring(start, end);
  }
}
