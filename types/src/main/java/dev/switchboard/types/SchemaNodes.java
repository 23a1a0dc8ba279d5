package dev.switchboard.types;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads schemas as {@link JsonSchemas} writes them. Stateless. */
final class SchemaNodes {
  private static final String ANY = "any JSON";

  private SchemaNodes() {}

  /** Returns the schema of a value that is not null, following references. */
  static JsonNode resolve(JsonNode document, JsonNode node) {
    JsonNode plain = present(node);
    return plain.has("$ref") ? document.at(plain.path("$ref").asString().substring(1)) : plain;
  }

  /** Whether a value has a declared type. */
  static boolean named(JsonNode node) {
    return present(node).has("$ref");
  }

  private static JsonNode present(JsonNode node) {
    return node.has("anyOf") ? node.at("/anyOf/0") : node;
  }

  static boolean nullable(JsonNode node) {
    return node.has("anyOf") || node.path("type").isArray() || node.isEmpty();
  }

  /** Says in words what a value is. */
  static String kind(JsonNode schema) {
    if (schema.has("const")) {
      return "the text " + schema.path("const");
    }
    if (schema.has("enum")) {
      return "an enum";
    }
    if (schema.has("oneOf")) {
      return "one of several records";
    }
    JsonNode type = schema.path("type");
    String name = type.isArray() ? type.path(0).asString() : type.asString("");
    return switch (name) {
      case "object" -> schema.has("additionalProperties") ? "a map" : "a record";
      case "array" -> "a list";
      case "string" -> text(schema);
      case "" -> ANY;
      default -> name;
    };
  }

  private static String text(JsonNode schema) {
    for (String keyword : new String[] {"title", "format", "contentEncoding"}) {
      if (schema.has(keyword)) {
        return "string (" + schema.path(keyword).asString() + ")";
      }
    }
    return "string";
  }

  /** Whether each value of the first kind is one of the second, other kind. */
  static boolean holds(String one, String other) {
    return other.equals(ANY)
        || (other.equals("number") && one.equals("integer"))
        || (other.equals("string")
            && (one.startsWith("string (") || one.equals("an enum") || one.startsWith("the text")));
  }

  static Set<String> strings(JsonNode array) {
    Set<String> strings = new LinkedHashSet<>();
    array.forEach(one -> strings.add(one.asString()));
    return strings;
  }

  static Set<String> texts(JsonNode schema) {
    return strings(schema.path("enum"));
  }

  static Set<String> patterns(JsonNode schema) {
    Set<String> patterns = new TreeSet<>();
    if (schema.has("pattern")) {
      patterns.add(schema.path("pattern").asString());
    }
    schema.path("allOf").forEach(one -> patterns.add(one.path("pattern").asString()));
    return patterns;
  }

  /** Returns the records of a sealed interface by what tells them apart. */
  static Map<String, JsonNode> alternatives(JsonNode document, JsonNode union) {
    Map<String, JsonNode> records = new LinkedHashMap<>();
    for (JsonNode one : union.path("oneOf")) {
      JsonNode record = resolve(document, one);
      record
          .path("properties")
          .forEachEntry((key, type) -> {
            if (type.has("const")) {
              records.put(key + ": " + type.path("const").asString(), record);
            }
          });
    }
    return records;
  }

  static @Nullable BigDecimal number(JsonNode schema, String keyword) {
    return schema.has(keyword) ? schema.path(keyword).decimalValue() : null;
  }
}
