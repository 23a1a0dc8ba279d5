package dev.switchboard.server.http;

import dev.switchboard.transport.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy says of the client that called it. Immutable.
 *
 * @param client the client's address as text; null if the proxy does not tell
 * @param proto the scheme that the client used; null if the proxy does not tell
 */
record Forwarded(@Nullable String client, @Nullable String proto) {
  private static final Forwarded NOTHING = new Forwarded(null, null);

  /** Reads what proxies say, the one that is nearest to this server last. */
  @FunctionalInterface
  interface Header {
    List<Forwarded> read(Headers headers);
  }

  /**
   * Reads {@code X-Forwarded-For} and {@code X-Forwarded-Proto}. The latter names the scheme of the
   * client alone.
   */
  static List<Forwarded> xForwardedFor(Headers headers) {
    String proto = headers.first("X-Forwarded-Proto");
    String stripped = proto == null ? null : proto.strip();
    List<Forwarded> all = new ArrayList<>();
    if (headers.contains("X-Forwarded-For")) {
      headers
          .elements("X-Forwarded-For")
          .forEach(client -> all.add(new Forwarded(client, stripped)));
    } else if (stripped != null) {
      all.add(new Forwarded(null, stripped));
    }
    return all;
  }

  /**
   * Reads {@code Forwarded} (RFC 7239). A malformed element says nothing; whatever stands in front
   * of it is not to be believed.
   */
  static List<Forwarded> standard(Headers headers) {
    List<Forwarded> all = new ArrayList<>();
    for (String line : headers.all("Forwarded")) {
      for (String element : split(line, ',')) {
        all.add(element(element));
      }
    }
    return all;
  }

  private static Forwarded element(String element) {
    String client = null;
    String proto = null;
    for (String pair : split(element, ';')) {
      int equals = pair.indexOf('=');
      String value = equals < 0 ? null : unquoted(pair.substring(equals + 1).strip());
      if (value == null) {
        return NOTHING;
      }
      switch (pair.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
        case "for" -> {
          if (client != null) {
            return NOTHING;
          }
          client = value;
        }
        case "proto" -> proto = value;
        default -> {} // by, host and extensions
      }
    }
    return new Forwarded(client, proto);
  }

  /** Splits at a separator outside quoted strings. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(begin, i));
        begin = i + 1;
      }
    }
    parts.add(text.substring(begin));
    return parts;
  }

  /** Returns a token, or the content of a quoted string; null if it is neither. */
  private static @Nullable String unquoted(String value) {
    if (!value.startsWith("\"")) {
      return value.isEmpty() || value.indexOf('"') >= 0 ? null : value;
    }
    boolean whole = value.length() > 1 && value.indexOf('"', 1) == value.length() - 1;
    return whole && value.indexOf('\\') < 0 ? value.substring(1, value.length() - 1) : null;
  }
}
