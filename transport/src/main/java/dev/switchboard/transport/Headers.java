package dev.switchboard.transport;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP header fields in the order they were sent. Names are case-insensitive. Immutable.
 *
 * <p>Names must be tokens, and values must not contain control characters other than tab (RFC 9110
 * §5), so a header can't inject a line into a message.
 */
public final class Headers implements Iterable<Map.Entry<String, String>> {
  /** No headers. */
  public static final Headers EMPTY = new Headers(new String[0]);

  private final String[] pairs;

  private Headers(String[] pairs) {
    this.pairs = pairs;
  }

  /**
   * Returns headers made of alternating names and values.
   *
   * @throws IllegalArgumentException if a name or value may not be sent
   */
  public static Headers of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "headers: " + namesAndValues.length + " strings (expected: names and values in turn)");
    }
    String[] pairs = namesAndValues.clone();
    for (int i = 0; i < pairs.length; i += 2) {
      checkName(pairs[i]);
      checkValue(pairs[i], pairs[i + 1]);
    }
    return new Headers(pairs);
  }

  /** Returns a copy with one more header at the end. */
  public Headers with(String name, String value) {
    checkName(name);
    checkValue(name, value);
    String[] more = java.util.Arrays.copyOf(pairs, pairs.length + 2);
    more[pairs.length] = name;
    more[pairs.length + 1] = value;
    return new Headers(more);
  }

  /** Returns a copy with other headers at the end. */
  public Headers with(Headers others) {
    String[] more = java.util.Arrays.copyOf(pairs, pairs.length + others.pairs.length);
    System.arraycopy(others.pairs, 0, more, pairs.length, others.pairs.length);
    return new Headers(more);
  }

  /** Returns a copy with those of the defaults whose names it does not have. */
  Headers withDefaults(Headers defaults) {
    List<String> all = new ArrayList<>(List.of(pairs));
    for (int i = 0; i < defaults.pairs.length; i += 2) {
      if (!contains(defaults.pairs[i])) {
        all.add(defaults.pairs[i]);
        all.add(defaults.pairs[i + 1]);
      }
    }
    return new Headers(all.toArray(String[]::new));
  }

  /** Returns the first value of a name, or null. */
  public @Nullable String first(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equalsIgnoreCase(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  /** Returns all values of a name, in order. */
  public List<String> all(String name) {
    List<String> found = new ArrayList<>(2);
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equalsIgnoreCase(name)) {
        found.add(pairs[i + 1]);
      }
    }
    return found;
  }

  /**
   * Returns the comma-separated elements of all headers of a name, stripped, in order. An element
   * may be empty.
   */
  public List<String> elements(String name) {
    List<String> elements = new ArrayList<>(2);
    for (String value : all(name)) {
      for (String element : value.split(",", -1)) {
        elements.add(element.strip());
      }
    }
    return elements;
  }

  /** Whether there is a header of this name. */
  public boolean contains(String name) {
    return first(name) != null;
  }

  /** Whether a comma-separated header contains a token, ignoring case. */
  public boolean hasToken(String name, String token) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equalsIgnoreCase(name) && listHas(pairs[i + 1], token)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the number of fields. */
  public int size() {
    return pairs.length / 2;
  }

  @Override
  public Iterator<Map.Entry<String, String>> iterator() {
    List<Map.Entry<String, String>> entries = new ArrayList<>(size());
    for (int i = 0; i < pairs.length; i += 2) {
      entries.add(Map.entry(pairs[i], pairs[i + 1]));
    }
    return entries.iterator();
  }

  /** Returns the names only; values may be secrets. */
  @Override
  public String toString() {
    StringBuilder names = new StringBuilder("Headers[");
    for (int i = 0; i < pairs.length; i += 2) {
      names.append(i == 0 ? "" : ", ").append(pairs[i].toLowerCase(Locale.ROOT));
    }
    return names.append(']').toString();
  }

  private static boolean listHas(String list, String token) {
    int start = 0;
    while (start <= list.length()) {
      int comma = list.indexOf(',', start);
      int end = comma < 0 ? list.length() : comma;
      if (list.substring(start, end).strip().equalsIgnoreCase(token)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  static void checkTokens(String what, List<String> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      if (!isToken(tokens.get(i)) || tokens.indexOf(tokens.get(i)) != i) {
        throw new IllegalArgumentException(
            what + ": element " + i + " (expected: different tokens, RFC 9110 §5.6.2)");
      }
    }
  }

  private static boolean isToken(String name) {
    boolean token = !name.isEmpty();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      token &= c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }
    return token;
  }

  private static void checkName(String name) {
    if (!isToken(name)) {
      throw new IllegalArgumentException(
          "header name: " + name.length() + " characters (expected: a token, RFC 9110 §5.6.2)");
    }
  }

  private static void checkValue(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            "header "
                + name
                + ": character "
                + Integer.toHexString(c)
                + " at "
                + i
                + " (expected: no control character, at most U+00FF)");
      }
    }
  }
}
