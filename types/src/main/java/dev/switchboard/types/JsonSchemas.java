package dev.switchboard.types;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says types as JSON Schema (draft 2020-12), as a tree of maps and lists. A schema accepts all that
 * the codec accepts.
 */
final class JsonSchemas {
  /** Times for which JSON Schema has a format that is no narrower. */
  private static final Map<String, String> FORMATS =
      Map.of("Instant", "date-time", "OffsetDateTime", "date-time", "LocalDate", "date");

  private final TypeModel model;
  private final String references;

  /**
   * Creates schemas.
   *
   * @param references where declared types are: {@code #/$defs/}
   */
  JsonSchemas(TypeModel model, String references) {
    this.model = model;
    this.references = references;
  }

  /** Returns the schemas of all declared types by their names. */
  Map<String, Object> declared() {
    Map<String, Object> all = new LinkedHashMap<>();
    model.declared().forEach((name, type) -> all.put(name, of(type)));
    return all;
  }

  /** Returns the schema of one declared type, with those of the types that it refers to. */
  Map<String, Object> alone(String name) {
    Map<String, Object> referred = new TreeMap<>();
    refer(declared(name), referred);
    Map<String, Object> schema = new LinkedHashMap<>(declared(name));
    if (!referred.isEmpty()) {
      schema.put("$defs", referred);
    }
    return schema;
  }

  private Map<String, Object> declared(String name) {
    return of(Objects.requireNonNull(model.declared().get(name)));
  }

  private void refer(@Nullable Object schema, Map<String, Object> referred) {
    switch (schema) {
      case Map<?, ?> map -> {
        if (map.get("$ref") instanceof String reference) {
          String name = reference.substring(references.length());
          if (!referred.containsKey(name)) {
            referred.put(name, declared(name));
            refer(referred.get(name), referred);
          }
        }
        map.values().forEach(one -> refer(one, referred));
      }
      case List<?> list -> list.forEach(one -> refer(one, referred));
      case null, default -> {}
    }
  }

  /** Returns the schema of the whole message, of which the data is a part. */
  Map<String, Object> envelope(TypeModel.Message message) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put(
        "properties",
        ordered("type", Map.of("const", message.type()), "data", reference(message.record())));
    schema.put("required", List.of("type", "data"));
    return schema;
  }

  Map<String, Object> reference(String name) {
    return Map.of("$ref", references + name);
  }

  private Map<String, Object> of(TypeModel.Declared type) {
    return switch (type) {
      case TypeModel.Constants constants ->
          ordered("type", "string", "enum", List.copyOf(constants.texts()));
      case TypeModel.Union union ->
          ordered("oneOf", union.records().stream().map(this::reference).toList());
      case TypeModel.Fields record -> fields(record);
    };
  }

  private Map<String, Object> fields(TypeModel.Fields record) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (TypeModel.Field field : record.fields()) {
      properties.put(field.key(), of(field.use()));
      if (!field.use().nullable()) {
        required.add(field.key());
      }
    }
    Map<String, Object> schema = ordered("type", "object", "properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return schema;
  }

  private Map<String, Object> of(Form.Use use) {
    Map<String, Object> schema = form(use.form());
    rules(use.rules(), schema);
    if (!use.nullable() || use.form() == Form.Scalar.ANY) {
      return schema;
    }
    if (schema.get("type") instanceof String type) {
      schema.put("type", List.of(type, "null"));
      return schema;
    }
    return ordered("anyOf", List.of(schema, Map.of("type", "null")));
  }

  private Map<String, Object> form(Form form) {
    return switch (form) {
      case Form.Scalar scalar -> scalar(scalar);
      case Form.Time time -> time(time.name());
      case Form.Literal literal -> ordered("const", literal.value());
      case Form.ListOf list -> ordered("type", "array", "items", of(list.of()));
      case Form.MapOf map -> ordered("type", "object", "additionalProperties", of(map.of()));
      case Form.Named named -> new LinkedHashMap<>(reference(named.name()));
    };
  }

  private static Map<String, Object> time(String name) {
    Map<String, Object> schema = ordered("type", "string", "title", name);
    @Nullable String format = FORMATS.get(name);
    if (format != null) {
      schema.put("format", format);
    }
    return schema;
  }

  private static Map<String, Object> scalar(Form.Scalar scalar) {
    return switch (scalar) {
      case BOOLEAN -> ordered("type", "boolean");
      case BYTE -> integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
      case SHORT -> integer(Short.MIN_VALUE, Short.MAX_VALUE);
      case INT -> integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> integer(Long.MIN_VALUE, Long.MAX_VALUE);
      case BIG_INTEGER, YEAR -> ordered("type", "integer");
      case NUMBER -> ordered("type", "number");
      case TEXT -> ordered("type", "string");
      case CHARACTER -> ordered("type", "string", "minLength", 1, "maxLength", 1);
      case UUID -> ordered("type", "string", "format", "uuid");
      case URI -> ordered("type", "string", "format", "uri-reference");
      case BASE64 -> ordered("type", "string", "contentEncoding", "base64");
      case ANY -> ordered();
    };
  }

  private static Map<String, Object> integer(long min, long max) {
    return ordered(
        "type", "integer", "minimum", BigDecimal.valueOf(min), "maximum", BigDecimal.valueOf(max));
  }

  private static void rules(Rules rules, Map<String, Object> schema) {
    rules
        .keywords()
        .forEach((keyword, value) -> {
          switch (keyword) {
            // JSON Schema counts characters, of which Java may need two for one.
            case "minLength" -> schema.put(keyword, ((int) value + 1) / 2);
            case "minimum" -> schema.merge(keyword, value, JsonSchemas::larger);
            case "maximum" -> schema.merge(keyword, value, JsonSchemas::smaller);
            default -> schema.put(keyword, value);
          }
        });
    List<String> patterns = List.copyOf(rules.patterns().keySet());
    if (patterns.size() == 1) {
      schema.put("pattern", patterns.getFirst());
    } else if (!patterns.isEmpty()) {
      schema.put("allOf", patterns.stream().map(pattern -> Map.of("pattern", pattern)).toList());
    }
    if (!rules.notes().isEmpty()) {
      schema.put("description", String.join("; ", rules.notes()));
    }
  }

  private static Object larger(Object one, Object other) {
    return ((BigDecimal) one).max((BigDecimal) other);
  }

  private static Object smaller(Object one, Object other) {
    return ((BigDecimal) one).min((BigDecimal) other);
  }

  /** Returns a map that keeps the order of these keys and values. */
  static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
