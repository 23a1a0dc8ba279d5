package dev.switchboard.validation;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.Validator;
import dev.switchboard.types.Types;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * JSON Schemas (draft 2020-12) for the {@code data} of messages, by the name of the message type.
 * Immutable and thread-safe.
 *
 * <p>Formats are asserted. Schemas are never fetched: a {@code $ref} can only refer to the same
 * schema.
 */
public final class Schemas {
  /** No schemas. */
  public static final Schemas NONE = new Schemas(Map.of());

  private final Map<String, Given> byType;

  private record Given(String text, Schema schema) {}

  private Schemas(Map<String, Given> byType) {
    this.byType = byType;
  }

  /**
   * Generates schemas from a protocol's records and their annotations, for other languages and for
   * clients that send JSON without records. They accept everything that the protocol accepts.
   *
   * @throws DefinitionException if a record can't be expressed; see {@link Types#of(Protocol)}
   */
  public static Schemas generated(Protocol<?> protocol) {
    Types types = Types.of(protocol);
    Schemas schemas = NONE;
    for (MessageType<?> type : protocol.types()) {
      schemas = schemas.with(type.name(), types.jsonSchema(type.name()));
      if (type.replyClass() != null) {
        String reply = protocol.type(type.replyClass()).name();
        schemas = schemas.with(reply, types.jsonSchema(reply));
      }
    }
    return schemas;
  }

  /**
   * Returns a copy with one more schema, which replaces any other for this type.
   *
   * @param type the name of a message type, whether or not a protocol has it
   * @param schema the schema in JSON
   * @throws DefinitionException if it is not a valid schema, or refers to another one
   */
  public Schemas with(String type, String schema) {
    Map<String, Given> more = new TreeMap<>(byType);
    more.put(type, new Given(schema, SchemaTexts.read(type, schema)));
    return new Schemas(Collections.unmodifiableMap(more));
  }

  /** Returns the schema of a type in JSON, if there is one. */
  public Optional<String> text(String type) {
    return Optional.ofNullable(byType.get(type)).map(Given::text);
  }

  /** Returns the types that have a schema, sorted by name. */
  public List<String> types() {
    return List.copyOf(byType.keySet());
  }

  /**
   * Returns a copy of a protocol that checks these schemas; see {@link Protocol#withData}.
   *
   * @throws DefinitionException if a schema is for a type that the protocol does not have
   */
  public <M> Protocol<M> on(Protocol<M> protocol) {
    Protocol<M> checked = protocol;
    List<String> left = new java.util.ArrayList<>(types());
    for (MessageType<?> type : protocol.types()) {
      checked = on(checked, type, left);
      if (type.replyClass() != null) {
        checked = on(checked, protocol.type(type.replyClass()), left);
      }
    }
    if (!left.isEmpty()) {
      throw new DefinitionException(
          "schemas: "
              + String.join(", ", left)
              + " (expected: types of "
              + protocol.union().getName()
              + ")");
    }
    return checked;
  }

  private <M> Protocol<M> on(Protocol<M> protocol, MessageType<?> type, List<String> left) {
    return left.remove(type.name())
        ? protocol.withData(type.recordClass(), validator(type.name()))
        : protocol;
  }

  /** Returns the validator of a type, for {@link Protocol#withData} or to be called directly. */
  public Validator<JsonNode> validator(String type) {
    return data -> validate(type, data);
  }

  /**
   * Validates the {@code data} of a message. A type without a schema passes.
   *
   * @throws InvalidMessageException with the path and keyword of the first broken rule
   */
  public void validate(String type, JsonNode data) {
    Given given = byType.get(type);
    if (given == null) {
      return;
    }
    List<Error> errors =
        given.schema.validate(
            data, context -> context.executionConfig(config -> config.failFast(true)));
    if (!errors.isEmpty()) {
      throw SchemaTexts.invalid(errors.get(0));
    }
  }
}
