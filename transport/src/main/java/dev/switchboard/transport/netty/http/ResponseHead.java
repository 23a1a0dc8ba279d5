package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.Headers;
import dev.switchboard.transport.netty.io.RecentStrings;

/**
 * The status line and headers of a response (RFC 9112 §4). Immutable.
 *
 * @param status 100–599
 */
record ResponseHead(int status, Headers headers) {
  /**
   * Parses a head.
   *
   * @param head lines that end in CRLF, without the empty one
   * @throws Refusal if it is malformed
   */
  static ResponseHead parse(String head) {
    int lineEnd = head.indexOf("\r\n");
    String line = head.substring(0, lineEnd);
    boolean proper =
        line.length() >= 12
            && line.startsWith("HTTP/1.1 ")
            && (line.length() == 12 || line.charAt(12) == ' ');
    int status = 0;
    for (int i = 9; proper && i < 12; i++) {
      int digit = Character.digit(line.charAt(i), 10);
      proper = digit >= 0;
      status = status * 10 + digit;
    }
    if (!proper || status < 100 || status > 599) {
      throw new Refusal(400, "status line: not HTTP/1.1 and a status");
    }
    return new ResponseHead(status, RequestHead.fields(head, lineEnd + 2, new RecentStrings()));
  }
}
