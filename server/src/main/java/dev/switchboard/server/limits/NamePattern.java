package dev.switchboard.server.limits;

/**
 * A pattern for room names, in which {@code *} matches any characters, or none. All other
 * characters match themselves; a literal {@code *} can't be expressed. Immutable.
 */
public record NamePattern(String pattern) {
  public NamePattern {
    if (pattern.isEmpty()) {
      throw new IllegalArgumentException("rooms: empty (expected: a name, or a pattern with *)");
    }
  }

  /**
   * Whether a name matches. Backtracks to the last star only, so it takes at most the product of
   * both lengths.
   */
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
