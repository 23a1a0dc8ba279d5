package dev.switchboard.types;

import static dev.switchboard.types.JsonSchemas.ordered;

import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.format.Json;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A protocol's message types for other languages. Immutable and thread-safe.
 *
 * <p>Names are those on the wire. The same records give the same text, so that generated files can
 * be committed and compared.
 */
public final class Types {
  private static final int HASH_CHARACTERS = 16;

  private final TypeModel model;
  private final String schema;
  private final String hash;

  private Types(TypeModel model) {
    this.model = model;
    this.schema = document();
    this.hash = hash(schema);
  }

  /**
   * Reads the types of a sealed interface, or of a single record.
   *
   * @throws DefinitionException if it is not a protocol, two classes in it have the same simple
   *     name, or a component can't be expressed; the message names the component
   */
  public static Types of(Class<?> union) {
    return of(Protocol.of(union));
  }

  /**
   * Reads the types of a protocol.
   *
   * @throws DefinitionException as for {@link #of(Class)}
   */
  public static Types of(Protocol<?> protocol) {
    return new Types(ModelReader.read(protocol));
  }

  /**
   * Reads the types of a sealed interface that is not loaded yet.
   *
   * @param union its name, as {@link Class#getName} returns it
   * @param classpath the folders and jars of it and of all that it needs, except Switchboard
   * @throws DefinitionException as for {@link #of(Class)}, or if a class is not there
   */
  public static Types load(String union, List<Path> classpath) throws IOException {
    URL[] locations = new URL[classpath.size()];
    for (int i = 0; i < locations.length; i++) {
      if (!Files.exists(classpath.get(i))) {
        throw new DefinitionException(
            "class path: " + classpath.get(i) + " does not exist (expected: folders and jars)");
      }
      locations[i] = classpath.get(i).toUri().toURL();
    }
    // Annotations and Request have to be the same classes here and there, so this loader is asked
    // first.
    try (URLClassLoader loader = new URLClassLoader(locations, Types.class.getClassLoader())) {
      return of(Class.forName(union, false, loader));
    } catch (ClassNotFoundException none) {
      throw new DefinitionException(
          "class: " + union + " is not there (expected: a class on the class path)");
    } catch (LinkageError incomplete) {
      throw new DefinitionException(
          "class path: "
              + incomplete.getMessage()
              + " is missing (expected: all that "
              + union
              + " needs)");
    }
  }

  /**
   * Returns these types, for which JavaScript's numbers are exact.
   *
   * @throws DefinitionException if a component is a {@code long} or {@code BigInteger} that is not
   *     bounded by annotations to 2^53 - 1
   */
  public Types requireExactNumbers() {
    model
        .declared()
        .forEach((name, type) -> {
          if (type instanceof TypeModel.Fields record) {
            record.fields().forEach(field -> requireExact(name + "." + field.key(), field.use()));
          }
        });
    return this;
  }

  private static void requireExact(String where, Form.Use use) {
    switch (use.form()) {
      case Form.ListOf list -> requireExact(where, list.of());
      case Form.MapOf map -> requireExact(where, map.of());
      default -> {
        if (Phrases.losesDigits(use)) {
          throw new DefinitionException(
              where
                  + ": an integer of 64 bits or more (expected: int, String, or @Min and @Max within 2^53 - 1)");
        }
      }
    }
  }

  /** Returns a module of TypeScript: the types, and a constant for {@code new Client(url, …)}. */
  public String typescript() {
    return TypeScript.write(model, hash);
  }

  /** Returns a document of AsyncAPI 3.0, in YAML. */
  public String asyncApi() {
    return AsyncApi.write(model, hash);
  }

  /**
   * Returns a JSON Schema (draft 2020-12) of all messages. Each alternative has the kind of its
   * type under {@code x-kind}.
   */
  public String jsonSchema() {
    return schema;
  }

  /**
   * Returns a JSON Schema (draft 2020-12) of the data of one message type. It accepts all that the
   * protocol accepts.
   *
   * @param type the name of the type on the wire
   * @throws IllegalArgumentException if there is no such type
   */
  public String jsonSchema(String type) {
    TypeModel.Message message =
        model.messages().stream()
            .filter(one -> one.type().equals(type))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "type: " + type + " (expected: a type of " + model.source() + ")"));
    return text(new JsonSchemas(model, "#/$defs/").alone(message.record()));
  }

  /** Returns 16 hexadecimal digits that differ when {@link #jsonSchema} does. */
  public String hash() {
    return hash;
  }

  /**
   * Compares these types with those of an earlier version.
   *
   * @param earlier a text that {@link #jsonSchema} returned then
   * @return the changes that break clients which run already, one sentence each; empty if there are
   *     none
   * @throws IllegalArgumentException if it is no such text
   */
  public List<String> breaksSince(String earlier) {
    JsonNode before;
    try {
      before = Json.MAPPER.readTree(earlier);
    } catch (JacksonException bad) {
      throw new IllegalArgumentException(
          "earlier: " + bad.getOriginalMessage() + " (expected: a generated JSON Schema)", bad);
    }
    if (!before.has("oneOf") || !before.has("$defs")) {
      throw new IllegalArgumentException(
          "earlier: has no messages (expected: a generated JSON Schema)");
    }
    return Evolution.breaks(before, Json.MAPPER.readTree(schema));
  }

  private String document() {
    JsonSchemas schemas = new JsonSchemas(model, "#/$defs/");
    List<Object> alternatives = new ArrayList<>();
    for (TypeModel.Message message : model.messages()) {
      Map<String, Object> alternative = new LinkedHashMap<>(schemas.envelope(message));
      alternative.put("x-kind", message.kind().text());
      if (message.reply() != null) {
        alternative.put("x-reply", message.reply());
      }
      if (message.fromServer()) {
        alternative.put("x-from", "server");
      }
      alternatives.add(alternative);
    }
    return text(
        ordered(
            "$schema",
            "https://json-schema.org/draft/2020-12/schema",
            "title",
            model.name(),
            "oneOf",
            alternatives,
            "$defs",
            schemas.declared()));
  }

  private static String text(Map<String, Object> schema) {
    return Json.MAPPER
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(schema)
            .replace(System.lineSeparator(), "\n")
        + "\n";
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_CHARACTERS);
    } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
      throw new IllegalStateException(impossible);
    }
  }
}
