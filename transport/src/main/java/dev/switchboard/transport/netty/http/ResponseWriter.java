package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Upgrade;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/** Writes responses (RFC 9112 §4). */
final class ResponseWriter {
  private static final Map<Integer, String> PHRASES =
      Map.ofEntries(
          Map.entry(200, "OK"),
          Map.entry(201, "Created"),
          Map.entry(202, "Accepted"),
          Map.entry(204, "No Content"),
          Map.entry(301, "Moved Permanently"),
          Map.entry(302, "Found"),
          Map.entry(304, "Not Modified"),
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(408, "Request Timeout"),
          Map.entry(409, "Conflict"),
          Map.entry(413, "Content Too Large"),
          Map.entry(417, "Expectation Failed"),
          Map.entry(426, "Upgrade Required"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(501, "Not Implemented"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(505, "HTTP Version Not Supported"));

  private record Stamp(long second, String text) {}

  /** The latest {@code Date}; replaced once a second by whichever thread needs it. */
  private static volatile Stamp stamp = new Stamp(0, "");

  private ResponseWriter() {}

  /** Returns the interim response that asks for the body. */
  static ByteBuf proceed(ByteBufAllocator memory) {
    return ascii(memory, "HTTP/1.1 100 Continue\r\n\r\n", 0);
  }

  /** Returns a complete response. */
  static ByteBuf response(
      ByteBufAllocator memory,
      HttpResponse response,
      boolean noBody,
      boolean http11,
      boolean keep) {
    int status = response.status();
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ")
        .append(status)
        .append(' ')
        .append(PHRASES.getOrDefault(status, ""))
        .append("\r\n");
    fields(head, response.headers());
    head.append("Date: ").append(date()).append("\r\n");
    boolean bodiless = status == 204 || status == 304;
    if (!bodiless) {
      head.append("Content-Length: ").append(response.body().length).append("\r\n");
    }
    if (!keep) {
      head.append("Connection: close\r\n");
    } else if (!http11) {
      head.append("Connection: keep-alive\r\n");
    }
    head.append("\r\n");
    boolean written = !noBody && !bodiless;
    ByteBuf out = ascii(memory, head, written ? response.body().length : 0);
    return written ? out.writeBytes(response.body()) : out;
  }

  /** Returns the response that accepts a handshake. */
  static ByteBuf switching(
      ByteBufAllocator memory, String accept, Upgrade upgrade, String extensions) {
    StringBuilder head = new StringBuilder(256);
    head.append(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
        .append(accept)
        .append("\r\n");
    if (upgrade.subprotocol() != null) {
      head.append("Sec-WebSocket-Protocol: ").append(upgrade.subprotocol()).append("\r\n");
    }
    if (!extensions.isEmpty()) {
      head.append("Sec-WebSocket-Extensions: ").append(extensions).append("\r\n");
    }
    fields(head, upgrade.headers());
    return ascii(memory, head.append("\r\n"), 0);
  }

  private static void fields(StringBuilder head, dev.switchboard.transport.Headers headers) {
    for (var field : headers) {
      head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    }
  }

  private static ByteBuf ascii(ByteBufAllocator memory, CharSequence head, int more) {
    ByteBuf out = memory.directBuffer(head.length() + more);
    out.writeCharSequence(head, StandardCharsets.ISO_8859_1);
    return out;
  }

  private static String date() {
    long second = System.currentTimeMillis() / 1000;
    Stamp current = stamp;
    if (current.second != second) {
      current =
          new Stamp(
              second,
              DateTimeFormatter.RFC_1123_DATE_TIME.format(
                  Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
      stamp = current;
    }
    return current.text;
  }
}
