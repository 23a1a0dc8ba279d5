package dev.switchboard.server.limits;

/**
 * Names of rooms, where {@code *} stands for any characters, also none. Everything else is itself;
 * there is no way to mean a {@code *}. Immutable.
 */
public record NamePattern(String pattern) {
  public NamePattern {
    if (pattern.isEmpty()) {
      throw new IllegalArgumentException("rooms: empty (expected: a name, or a pattern with *)");
    }
  }

  /** Goes back to the last star only, so it takes at most the product of the lengths. */
  public boolean matches(String name) {
    int at = 0;
    int next = 0;
    int star = -1;
    int starAt = 0;
    while (at < name.length()) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        starAt = at;
      } else if (next < pattern.length() && pattern.charAt(next) == name.charAt(at)) {
        next++;
        at++;
      } else if (star >= 0) {
        next = star + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    while (next < pattern.length() && pattern.charAt(next) == '*') {
      next++;
    }
    return next == pattern.length();
  }
}
