package dev.switchboard.transport;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request target (RFC 9112 §3.2), split and decoded. Immutable.
 *
 * @param raw the target as sent
 * @param path the decoded path
 * @param rawQuery what follows the question mark; empty if nothing does
 */
public record Target(String raw, String path, String rawQuery) {

  /**
   * Parses a target. Drops {@code http://host} from an absolute form. Leaves a malformed percent
   * sequence as it is.
   */
  public static Target parse(String raw) {
    String target = origin(raw);
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    return new Target(raw, decode(path, false), mark < 0 ? "" : target.substring(mark + 1));
  }

  /** Whether the percent-decoded target is valid UTF-8, and so has a single meaning. */
  public static boolean isUtf8(String raw) {
    byte[] bytes = new byte[raw.length()];
    int size = decode(raw, false, bytes);
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, size));
      return true;
    } catch (CharacterCodingException malformed) {
      return false;
    }
  }

  /** Returns the query parameters in order. */
  public Map<String, List<String>> query() {
    if (rawQuery.isEmpty()) {
      return Map.of();
    }
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (String pair : rawQuery.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
        found.computeIfAbsent(name, unused -> new ArrayList<>(1)).add(value);
      }
    }
    return Collections.unmodifiableMap(found);
  }

  private static String origin(String raw) {
    int scheme = raw.startsWith("/") ? -1 : raw.indexOf("://");
    if (scheme < 0) {
      return raw;
    }
    int end = scheme + 3;
    while (end < raw.length() && raw.charAt(end) != '/' && raw.charAt(end) != '?') {
      end++;
    }
    String rest = raw.substring(end);
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  private static String decode(String text, boolean plusIsSpace) {
    if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0)) {
      return text;
    }
    byte[] bytes = new byte[text.length()];
    int size = decode(text, plusIsSpace, bytes);
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  private static int decode(String text, boolean plusIsSpace, byte[] bytes) {
    int size = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (low >= 0) {
        bytes[size++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        bytes[size++] = (byte) (plusIsSpace && c == '+' ? ' ' : c);
      }
    }
    return size;
  }
}
