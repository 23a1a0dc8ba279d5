package dev.switchboard.protocol.wire;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The variables of a {@link Transcript}: {@code "$m"} stands for the value that it had when it
 * first appeared, and {@code "…"} matches anything. Confined to one thread.
 */
public final class TranscriptNames {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Map<String, JsonNode> bound = new HashMap<>();
  private int made; // how many values were made up

  /**
   * Compares a message with the one in a transcript, and binds its variables.
   *
   * @return the first difference, or null if there is none
   */
  public @Nullable String difference(JsonNode expected, JsonNode actual) {
    return difference("", expected, actual);
  }

  private @Nullable String difference(String path, JsonNode expected, JsonNode actual) {
    if (expected.isString() && expected.stringValue().equals("…")) {
      return null;
    }
    if (expected.isString() && expected.stringValue().startsWith("$")) {
      JsonNode known = bound.putIfAbsent(expected.stringValue(), actual);
      return known == null || known.equals(actual)
          ? null
          : path + ": " + actual + " (expected: " + known + ", which is " + expected + ")";
    }
    if (expected.isObject() && actual.isObject()) {
      return keys(path, expected, actual);
    }
    if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
      for (int i = 0; i < expected.size(); i++) {
        String found = difference(path + "[" + i + "]", expected.get(i), actual.get(i));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    return expected.equals(actual) || sameNumber(expected, actual)
        ? null
        : path + ": " + actual + " (expected: " + expected + ")";
  }

  private static boolean sameNumber(JsonNode expected, JsonNode actual) {
    return expected.isIntegralNumber()
        && actual.isIntegralNumber()
        && expected.longValue() == actual.longValue();
  }

  private @Nullable String keys(String path, JsonNode expected, JsonNode actual) {
    for (var one : actual.properties()) {
      if (!expected.has(one.getKey())) {
        return path + "." + one.getKey() + ": " + one.getValue() + " (expected: no such key)";
      }
    }
    for (var one : expected.properties()) {
      String inner = path + "." + one.getKey();
      if (!actual.has(one.getKey())) {
        return inner + ": missing (expected: " + one.getValue() + ")";
      }
      String found = difference(inner, one.getValue(), actual.get(one.getKey()));
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * Returns a transcript's message with a value for each variable; unbound ones get made-up values.
   */
  public JsonNode filled(JsonNode pattern) {
    return filled("", pattern);
  }

  private JsonNode filled(String key, JsonNode pattern) {
    if (pattern.isString() && pattern.stringValue().equals("…")) {
      return madeUp(key);
    }
    if (pattern.isString() && pattern.stringValue().startsWith("$")) {
      return bound.computeIfAbsent(pattern.stringValue(), name -> madeUp(key));
    }
    if (pattern.isObject()) {
      ObjectNode object = NODES.objectNode();
      pattern
          .properties()
          .forEach(one -> object.set(one.getKey(), filled(one.getKey(), one.getValue())));
      return object;
    }
    if (pattern.isArray()) {
      var array = NODES.arrayNode();
      pattern.forEach(one -> array.add(filled(key, one)));
      return array;
    }
    return pattern;
  }

  private JsonNode madeUp(String key) {
    made++;
    return switch (key) {
      case "timestamp", "seq" -> NODES.numberNode(1_700_000_000_000L + made);
      case "logs" -> NODES.arrayNode();
      case "heartbeat", "limits", "details" -> NODES.objectNode();
      default -> NODES.stringNode("made-up-" + made);
    };
  }
}
