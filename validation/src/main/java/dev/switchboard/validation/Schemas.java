package dev.switchboard.validation;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import dev.switchboard.protocol.DefinitionException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.Validator;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * JSON Schemas (draft 2020-12) of the {@code data} of messages, by the name of their type.
 * Immutable and thread-safe.
 *
 * <p>Formats are asserted. A schema is never fetched from anywhere: {@code $ref} reaches only what
 * stands in the same schema.
 */
public final class Schemas {
  /** None. */
  public static final Schemas NONE = new Schemas(Map.of());

  private final Map<String, Given> byType;

  private record Given(String text, Schema schema) {}

  private Schemas(Map<String, Given> byType) {
    this.byType = byType;
  }

  /**
   * What the records of a protocol and their annotations say, as schemas: for other languages, and
   * for clients that send JSON without records. They let everything pass that the protocol lets
   * pass.
   */
  public static Schemas generated(Protocol<?> protocol) {
    GeneratedSchemas generated = new GeneratedSchemas();
    Schemas schemas = NONE;
    for (MessageType<?> type : protocol.types()) {
      schemas = schemas.with(type.name(), generated.of(type.recordClass()));
      if (type.replyClass() != null) {
        MessageType<?> reply = protocol.type(type.replyClass());
        schemas = schemas.with(reply.name(), generated.of(reply.recordClass()));
      }
    }
    return schemas;
  }

  /**
   * These and one more, which takes the place of an older one for that type.
   *
   * @param type the name of a message type, whether a protocol has it or not
   * @param schema JSON
   * @throws DefinitionException if it is no schema, or needs one from elsewhere
   */
  public Schemas with(String type, String schema) {
    Map<String, Given> more = new TreeMap<>(byType);
    more.put(type, new Given(schema, SchemaTexts.read(type, schema)));
    return new Schemas(Collections.unmodifiableMap(more));
  }

  /** The schema of a type as JSON, if there is one. */
  public Optional<String> text(String type) {
    return Optional.ofNullable(byType.get(type)).map(Given::text);
  }

  /** The types that have a schema, in the order of their names. */
  public List<String> types() {
    return List.copyOf(byType.keySet());
  }

  /**
   * The same protocol with these schemas as rules; see {@link Protocol#withData}.
   *
   * @throws DefinitionException if one of them is for a type that the protocol does not have
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

  /** The rule of a type: for {@link Protocol#withData}, or to be asked by yourself. */
  public Validator<JsonNode> validator(String type) {
    return data -> validate(type, data);
  }

  /**
   * Checks the {@code data} of a message. A type without a schema passes.
   *
   * @throws InvalidMessageException with the place and the keyword of the first rule that is broken
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
