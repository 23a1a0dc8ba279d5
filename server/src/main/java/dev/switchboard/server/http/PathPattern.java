package dev.switchboard.server.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path with parameters, such as {@code /rooms/{id}}. Each parameter matches one segment that is
 * not empty. Immutable.
 */
public final class PathPattern {
  private final String pattern;
  private final List<String> segments;

  private PathPattern(String pattern, List<String> segments) {
    this.pattern = pattern;
    this.segments = segments;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if it does not start with a slash, or a parameter is malformed
   *     or named twice
   */
  public static PathPattern of(String pattern) {
    if (!pattern.startsWith("/")) {
      throw new IllegalArgumentException("path: " + pattern + " (expected: starting with /)");
    }
    List<String> segments = List.of(pattern.substring(1).split("/", -1));
    List<String> names = new ArrayList<>();
    for (String segment : segments) {
      if (isParameter(segment)) {
        names.add(segment);
      } else if (segment.contains("{") || segment.contains("}")) {
        throw new IllegalArgumentException(
            "path: " + pattern + " (expected: parameters as whole segments, {name})");
      }
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("path: " + pattern + " (expected: each parameter once)");
    }
    return new PathPattern(pattern, segments);
  }

  private static boolean isParameter(String segment) {
    return segment.matches("\\{[A-Za-z][A-Za-z0-9_]*}");
  }

  /** Whether the pattern has no parameters. */
  boolean exact() {
    return segments.stream().noneMatch(PathPattern::isParameter);
  }

  /** Returns the values of the parameters if the path matches. */
  Optional<Map<String, String>> match(String path) {
    String[] parts = path.substring(1).split("/", -1);
    if (!path.startsWith("/") || parts.length != segments.size()) {
      return Optional.empty();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < parts.length; i++) {
      String segment = segments.get(i);
      if (isParameter(segment)) {
        if (parts[i].isEmpty()) {
          return Optional.empty();
        }
        values.put(segment.substring(1, segment.length() - 1), parts[i]);
      } else if (!segment.equals(parts[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  @Override
  public String toString() {
    return pattern;
  }
}
