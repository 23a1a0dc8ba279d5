package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses {@code Sec-WebSocket-Extensions} (RFC 6455 §9.1). */
final class Extensions {
  /** An extension with its parameters in order. */
  record Extension(String name, List<Parameter> parameters) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(name);
      parameters.forEach(parameter -> text.append("; ").append(parameter));
      return text.toString();
    }
  }

  /** A parameter; the value is null if there is none. */
  record Parameter(String name, @Nullable String value) {
    @Override
    public String toString() {
      return value == null ? name : name + "=" + value;
    }
  }

  private final String text;

  /** Index of the next character. */
  private int at;

  private Extensions(String text) {
    this.text = text;
  }

  /**
   * Returns all extensions in a message's headers, in order.
   *
   * @throws Refusal with 400 if one is malformed
   */
  static List<Extension> parse(Headers headers) {
    List<Extension> found = new ArrayList<>(1);
    for (String value : headers.all("Sec-WebSocket-Extensions")) {
      new Extensions(value).list(found);
    }
    return found;
  }

  static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!tokenChar(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private void list(List<Extension> found) {
    do {
      String name = token();
      List<Parameter> parameters = new ArrayList<>(2);
      while (next(';')) {
        String parameter = token();
        parameters.add(new Parameter(parameter, next('=') ? value() : null));
      }
      found.add(new Extension(name, parameters));
    } while (next(','));
    if (at < text.length()) {
      throw malformed();
    }
  }

  private String value() {
    blanks();
    if (at >= text.length() || text.charAt(at) != '"') {
      return token();
    }
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
      if (text.charAt(at) == '\\' && ++at == text.length()) {
        throw malformed();
      }
      value.append(text.charAt(at));
    }
    // RFC 6455 §9.1: a quoted value must be a token after unquoting.
    if (at++ >= text.length() || !isToken(value.toString())) {
      throw malformed();
    }
    return value.toString();
  }

  private String token() {
    blanks();
    int start = at;
    while (at < text.length() && tokenChar(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw malformed();
    }
    return text.substring(start, at);
  }

  private boolean next(char wanted) {
    blanks();
    boolean there = at < text.length() && text.charAt(at) == wanted;
    at += there ? 1 : 0;
    return there;
  }

  private void blanks() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  private static boolean tokenChar(char c) {
    return c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
  }

  private static Refusal malformed() {
    return new Refusal(
        400, "Sec-WebSocket-Extensions: malformed (expected: name; parameter=value, …)");
  }
}
