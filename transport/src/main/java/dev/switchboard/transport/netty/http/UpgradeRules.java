package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for a WebSocket handshake request (RFC 6455 §4.2.1). */
final class UpgradeRules {
  private static final byte[] GUID =
      "258EAFA5-E914-47DA-95CA-C5AB0DC85B11".getBytes(StandardCharsets.US_ASCII);

  private UpgradeRules() {}

  /** Whether a request is meant as a handshake. */
  static boolean intended(Headers headers) {
    return headers.hasToken("Upgrade", "websocket")
        || headers.contains("Sec-WebSocket-Key")
        || headers.contains("Sec-WebSocket-Version");
  }

  /** Returns the response that refuses a handshake, or null if it is valid. */
  static @Nullable HttpResponse check(RequestHead head) {
    Headers headers = head.headers();
    if (!head.method().equals("GET")) {
      return refuse(405, "method: " + head.method() + " (expected: GET)").with("Allow", "GET");
    }
    if (!head.http11()) {
      return refuse(400, "version: HTTP/1.0 (expected: HTTP/1.1)");
    }
    if (!headers.hasToken("Upgrade", "websocket")) {
      return refuse(426, "Upgrade: missing (expected: websocket)").with("Upgrade", "websocket");
    }
    if (!headers.hasToken("Connection", "Upgrade")) {
      return refuse(400, "Connection: does not name it (expected: Upgrade)");
    }
    List<String> versions = headers.all("Sec-WebSocket-Version");
    if (versions.size() != 1 || !versions.get(0).equals("13")) {
      return refuse(
              426,
              "Sec-WebSocket-Version: "
                  + (versions.isEmpty() ? "missing" : "not known")
                  + " (expected: 13)")
          .with("Sec-WebSocket-Version", "13")
          .with("Upgrade", "websocket");
    }
    List<String> keys = headers.all("Sec-WebSocket-Key");
    if (keys.size() != 1 || !isKey(keys.get(0))) {
      return refuse(
          400,
          "Sec-WebSocket-Key: "
              + (keys.size() == 1 ? "malformed" : keys.size() + " of them")
              + " (expected: one, 16 bytes in base64)");
    }
    try {
      Extensions.parse(headers);
      subprotocols(headers);
    } catch (Refusal refusal) {
      return refusal.response();
    }
    return null;
  }

  /** Returns the offered subprotocols, in order. */
  static List<String> subprotocols(Headers headers) {
    List<String> found = new ArrayList<>(2);
    for (String token : headers.elements("Sec-WebSocket-Protocol")) {
      if (!Extensions.isToken(token) || found.contains(token)) {
        throw new Refusal(400, "Sec-WebSocket-Protocol: not a list of different tokens");
      }
      found.add(token);
    }
    return found;
  }

  /** Returns the {@code Sec-WebSocket-Accept} for a key (RFC 6455 §4.2.2). */
  static String accept(MessageDigest sha1, String key) {
    sha1.reset();
    sha1.update(key.getBytes(StandardCharsets.US_ASCII));
    return Base64.getEncoder().encodeToString(sha1.digest(GUID));
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == 24 && Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  private static HttpResponse refuse(int status, String why) {
    return HttpResponse.text(status, why + "\n");
  }
}
