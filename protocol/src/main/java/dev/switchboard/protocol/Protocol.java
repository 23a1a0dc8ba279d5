package dev.switchboard.protocol;

import dev.switchboard.protocol.format.Json;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The message types that two sides exchange, defined by a sealed interface of records. Immutable
 * and thread-safe; build it once.
 *
 * <p>A record may contain primitives and their wrappers, {@code String}, {@code BigDecimal}, {@code
 * BigInteger}, {@code UUID}, {@code URI}, enums, {@code java.time} types, {@code byte[]} (base64 in
 * JSON, a byte string in CBOR), Jackson's {@code JsonNode}, records of these, {@code Optional},
 * lists, sets and maps (with string keys) of these, and sealed interfaces with
 * {@code @JsonTypeInfo}. A component must be present and not null unless it is an {@code Optional}
 * or its type is marked {@code @Nullable}.
 *
 * @param <M> the sealed interface
 */
public final class Protocol<M> {
  private static final Pattern HASH = Pattern.compile("[A-Za-z0-9]{1,64}");

  private final Class<M> union;
  private final Map<String, MessageType<? extends M>> byName;
  private final Map<Class<?>, MessageType<?>> byClass;
  private final DataCodec codec;
  private final Checks checks;
  private final @Nullable String hash; // null if it is not known

  private Protocol(Class<M> union, Definition<M> definition, JsonMapper writing) {
    this.union = union;
    this.byName = definition.byName();
    this.byClass = definition.byClass();
    this.codec = new DataCodec(definition.shapes(), writing);
    this.checks = ConstraintChecks.of(byClass.keySet(), definition.shapes().records());
    this.hash = null;
  }

  private Protocol(Protocol<M> without, Checks checks, @Nullable String hash) {
    this.union = without.union;
    this.byName = without.byName;
    this.byClass = without.byClass;
    this.codec = without.codec;
    this.checks = checks;
    this.hash = hash;
  }

  /**
   * Creates the protocol of a sealed interface, or of a single record.
   *
   * @throws DefinitionException if two types have the same name, a name is reserved or malformed,
   *     or a component cannot be decoded; the message names the class
   */
  public static <M> Protocol<M> of(Class<M> union) {
    return new Protocol<>(union, Definition.of(union), Json.MAPPER);
  }

  /**
   * Creates a protocol for a server other than Switchboard. No type is reserved, a name may be any
   * text, and an empty {@code Optional} is omitted, because null may mean something else there.
   *
   * @throws DefinitionException if two types have the same name, or a component cannot be decoded
   */
  public static <M> Protocol<M> foreign(Class<M> union) {
    return new Protocol<>(union, Definition.foreign(union), Json.SPARSE);
  }

  /**
   * Returns a copy with one more validator, which checks both outgoing and incoming messages. A
   * message's validators run in the order they were added, after the checks of the record itself
   * and of its annotations.
   *
   * @param type a record, or an interface that several records implement; replies count too
   * @throws IllegalArgumentException if no message has this type
   */
  @SuppressWarnings("unchecked") // asked only about messages of that class
  public <T> Protocol<M> with(Class<T> type, Validator<? super T> validator) {
    Checks more = checks;
    for (Class<?> record : records(type)) {
      more = more.plus(record, (Validator<Object>) validator);
    }
    return new Protocol<>(this, more, hash);
  }

  /**
   * Returns a copy with one more validator, which sees a message's JSON instead of its record.
   * Otherwise it works like {@link #with}. The JSON of an incoming message is the original,
   * including keys that the record does not have.
   *
   * @throws IllegalArgumentException if no message has this type
   */
  public Protocol<M> withData(Class<?> type, Validator<? super JsonNode> validator) {
    Checks more = checks;
    for (Class<?> record : records(type)) {
      more = more.plusData(record, validator);
    }
    return new Protocol<>(this, more, hash);
  }

  /**
   * Returns a copy that knows the hash of its types. A server says it to its clients, and a client
   * compares it with its own: if they differ, both were built from different types.
   *
   * @param hash as {@code Types.hash()} of {@code switchboard-types} tells: 1-64 letters or digits
   * @throws IllegalArgumentException if it is no such text
   */
  public Protocol<M> withHash(String hash) {
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException("hash: " + hash + " (expected: 1-64 letters or digits)");
    }
    return new Protocol<>(this, checks, hash);
  }

  /** Returns the hash of its types; null if it is not known. */
  public @Nullable String hash() {
    return hash;
  }

  private List<Class<?>> records(Class<?> type) {
    List<Class<?>> records = byClass.keySet().stream().filter(type::isAssignableFrom).toList();
    if (records.isEmpty()) {
      type(type); // throws, and says what was expected
    }
    return records;
  }

  /** Returns the sealed interface. */
  public Class<M> union() {
    return union;
  }

  /**
   * Returns all types of the sealed interface. Replies that do not belong to it are not included.
   */
  public Collection<MessageType<? extends M>> types() {
    return byName.values();
  }

  /** Returns the type with this name, or null. */
  public @Nullable MessageType<? extends M> find(String name) {
    return byName.get(name);
  }

  /**
   * Returns the type of a record class, which may belong to the sealed interface or be a reply.
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

  /**
   * Returns the type of a message.
   *
   * @throws IllegalArgumentException if its class is not part of this protocol
   */
  public MessageType<?> typeOf(Object message) {
    return type(message.getClass());
  }

  /**
   * Encodes a message as the {@code data} of an envelope, JSON in UTF-8.
   *
   * @throws InvalidMessageException if a required component is null or a validator rejects the
   *     message; the exception carries the message
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

  /**
   * Encodes a message like {@link #encode}, as a payload that can be written in any encoding.
   *
   * @throws InvalidMessageException as for {@link #encode}
   */
  public Payload payload(Object message) {
    return Payload.of(encode(message));
  }

  /**
   * Decodes the {@code data} of an envelope.
   *
   * @param data JSON in UTF-8; null stands for an empty object
   * @throws InvalidMessageException if the data does not match the type or a validator rejects the
   *     message
   */
  public <T> T decode(MessageType<T> type, byte @Nullable [] data) {
    return decode(type, Payload.json(data));
  }

  /**
   * Decodes the {@code data} of an envelope, in whichever encoding it arrived.
   *
   * @param data null stands for an empty object
   * @throws InvalidMessageException if the data does not match the type or a validator rejects the
   *     message
   */
  public <T> T decode(MessageType<T> type, @Nullable Payload data) {
    T message = codec.decode(type, data);
    if (!checks.isEmpty()) {
      checks.run(message, data == null ? null : data.json());
    }
    return message;
  }
}
