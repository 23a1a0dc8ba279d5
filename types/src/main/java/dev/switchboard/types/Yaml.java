package dev.switchboard.types;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/** Writes trees of maps, lists and scalars as YAML 1.2. */
final class Yaml {
  /** Texts that mean themselves without quotes, in any version of YAML. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");

  private static final Pattern NOT_A_TEXT =
      Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

  private final StringBuilder out = new StringBuilder();

  private Yaml() {}

  static String write(Map<String, Object> document) {
    Yaml yaml = new Yaml();
    yaml.map(document, 0);
    return yaml.out.toString();
  }

  private void map(Map<?, ?> map, int depth) {
    map.forEach((key, value) -> {
      out.repeat("  ", depth).append(text(String.valueOf(key))).append(':');
      value(value, depth + 1);
    });
  }

  private void value(@Nullable Object value, int depth) {
    switch (value) {
      case Map<?, ?> map when !map.isEmpty() -> {
        out.append('\n');
        map(map, depth);
      }
      case List<?> list when !list.isEmpty() && list.getFirst() instanceof Map -> {
        out.append('\n');
        list.forEach(one -> element((Map<?, ?>) Objects.requireNonNull(one), depth));
      }
      case null, default -> out.append(' ').append(scalar(value)).append('\n');
    }
  }

  /** Writes an element of a list: its first key stands beside the dash. */
  private void element(Map<?, ?> map, int depth) {
    int start = out.length();
    map(map, depth + 1);
    out.replace(start + 2 * depth, start + 2 * depth + 1, "-");
  }

  private static String scalar(@Nullable Object value) {
    return switch (value) {
      case String text -> text(text);
      case List<?> list -> "[" + String.join(", ", list.stream().map(Yaml::scalar).toList()) + "]";
      case Map<?, ?> empty -> "{}";
      case BigDecimal number -> number.toPlainString();
      case null, default -> String.valueOf(value);
    };
  }

  private static String text(String text) {
    return PLAIN.matcher(text).matches() && !NOT_A_TEXT.matcher(text).matches()
        ? text
        : StringNode.valueOf(text).toString(); // a text of JSON is one of YAML
  }
}
