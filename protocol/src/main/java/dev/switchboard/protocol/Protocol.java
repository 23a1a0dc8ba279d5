package dev.switchboard.protocol;

import dev.switchboard.protocol.format.Json;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The message types that two sides talk in: a sealed interface of records. Immutable and
 * thread-safe; build it once.
 *
 * <p>What a record may hold: primitives and their boxes, {@code String}, {@code BigDecimal}, {@code
 * BigInteger}, {@code UUID}, {@code URI}, enums, {@code java.time} types, {@code byte[]} (base64 in
 * JSON, a byte string in CBOR), Jackson's {@code JsonNode}, records of the same, {@code Optional},
 * lists, sets and maps (with string keys) of the same, and sealed interfaces with
 * {@code @JsonTypeInfo}. A component must be present and not null unless it is an {@code Optional}
 * or its type is marked {@code @Nullable}.
 *
 * @param <M> the sealed interface
 */
public final class Protocol<M> {
  private final Class<M> union;
  private final Map<String, MessageType<? extends M>> byName;
  private final Map<Class<?>, MessageType<?>> byClass;
  private final DataCodec codec;
  private final Checks checks;

  private Protocol(Class<M> union, Definition<M> definition, JsonMapper writing) {
    this.union = union;
    this.byName = definition.byName();
    this.byClass = definition.byClass();
    this.codec = new DataCodec(definition.shapes(), writing);
    this.checks = ConstraintChecks.of(byClass.keySet(), definition.shapes().records());
  }

  private Protocol(Protocol<M> without, Checks checks) {
    this.union = without.union;
    this.byName = without.byName;
    this.byClass = without.byClass;
    this.codec = without.codec;
    this.checks = checks;
  }

  /**
   * The protocol of a sealed interface, or of a single record.
   *
   * @throws DefinitionException if two types have one name, a name is reserved or malformed, or a
   *     component cannot be decoded; the message names the class
   */
  public static <M> Protocol<M> of(Class<M> union) {
    return new Protocol<>(union, Definition.of(union), Json.MAPPER);
  }

  /**
   * The same for a server that is not ours: no type is reserved, a name may be any text, and an
   * empty {@code Optional} is left out, as null may mean something else there.
   *
   * @throws DefinitionException if two types have one name, or a component cannot be decoded
   */
  public static <M> Protocol<M> foreign(Class<M> union) {
    return new Protocol<>(union, Definition.foreign(union), Json.SPARSE);
  }

  /**
   * The same protocol with one more rule, which is checked on both ways. Those of one message are
   * checked in the order they were given, after the record itself and its annotations.
   *
   * @param type a record, or the interface of several; a reply's class counts too
   * @throws IllegalArgumentException if no message is of that class
   */
  @SuppressWarnings("unchecked") // asked only about messages of that class
  public <T> Protocol<M> with(Class<T> type, Validator<? super T> validator) {
    Checks more = checks;
    for (Class<?> record : records(type)) {
      more = more.plus(record, (Validator<Object>) validator);
    }
    return new Protocol<>(this, more);
  }

  /**
   * The same protocol with one more rule, which looks at the JSON of a message instead of its
   * record; otherwise as {@link #with}. What came in is seen as it came, with keys that the record
   * does not know.
   */
  public Protocol<M> withData(Class<?> type, Validator<? super JsonNode> validator) {
    Checks more = checks;
    for (Class<?> record : records(type)) {
      more = more.plusData(record, validator);
    }
    return new Protocol<>(this, more);
  }

  private List<Class<?>> records(Class<?> type) {
    List<Class<?>> records = byClass.keySet().stream().filter(type::isAssignableFrom).toList();
    if (records.isEmpty()) {
      type(type); // says what was expected
    }
    return records;
  }

  /** The sealed interface. */
  public Class<M> union() {
    return union;
  }

  /** All types of the union, by name. Replies that are not in the union are not among them. */
  public Collection<MessageType<? extends M>> types() {
    return byName.values();
  }

  /** The type of that name, or null. */
  public @Nullable MessageType<? extends M> find(String name) {
    return byName.get(name);
  }

  /**
   * The type of a record's class: one of the union, or a reply.
   *
   * @throws IllegalArgumentException if the class is not part of this protocol
   */
  @SuppressWarnings("unchecked") // byClass maps each class to its own type
  public <T> MessageType<T> type(Class<T> recordClass) {
    return (MessageType<T>)
        Optional.ofNullable(byClass.get(recordClass))
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "message: "
                        + recordClass.getName()
                        + " (expected: a record of "
                        + union.getName()
                        + ")"));
  }

  /** The type of a message. Throws as {@link #type}. */
  public MessageType<?> typeOf(Object message) {
    return type(message.getClass());
  }

  /**
   * A message as the JSON of an envelope's {@code data}, UTF-8.
   *
   * @throws InvalidMessageException if a component that must be present is null, or a validator
   *     refuses it; it holds the message
   */
  public byte[] encode(Object message) {
    try {
      byte[] data = codec.encode(typeOf(message), message);
      if (!checks.isEmpty()) {
        checks.run(message, data);
      }
      return data;
    } catch (InvalidMessageException invalid) {
      throw invalid.unsent(message);
    }
  }

  /** The same, to be read in any encoding. Throws as {@link #encode}. */
  public Payload payload(Object message) {
    return Payload.of(encode(message));
  }

  /**
   * The message in an envelope's {@code data}.
   *
   * @param data JSON in UTF-8; null stands for an empty object
   * @throws InvalidMessageException if it is not such a message, or a validator refuses it
   */
  public <T> T decode(MessageType<T> type, byte @Nullable [] data) {
    return decode(type, Payload.json(data));
  }

  /**
   * The message in an envelope's {@code data}, in whatever encoding it came.
   *
   * @param data null stands for an empty object
   * @throws InvalidMessageException if it is not such a message, or a validator refuses it
   */
  public <T> T decode(MessageType<T> type, @Nullable Payload data) {
    T message = codec.decode(type, data);
    if (!checks.isEmpty()) {
      checks.run(message, data == null ? null : data.json());
    }
    return message;
  }
}
