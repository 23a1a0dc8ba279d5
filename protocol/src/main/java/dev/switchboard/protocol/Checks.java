package dev.switchboard.protocol;

import dev.switchboard.protocol.format.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The validators of a protocol's types, in the order they were added. Immutable. */
final class Checks {
  /** No validators. */
  public static final Checks NONE = new Checks(Map.of());

  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

  private final Map<Class<?>, List<Check>> byRecord;

  private Checks(Map<Class<?>, List<Check>> byRecord) {
    this.byRecord = byRecord;
  }

  private sealed interface Check {
    record OfMessage(Validator<Object> validator) implements Check {}

    record OfData(Validator<? super JsonNode> validator) implements Check {}
  }

  /** Returns a copy with one more validator, which checks the record. */
  public Checks plus(Class<?> record, Validator<Object> validator) {
    return plus(record, new Check.OfMessage(validator));
  }

  /** Returns a copy with one more validator, which checks the JSON. */
  public Checks plusData(Class<?> record, Validator<? super JsonNode> validator) {
    return plus(record, new Check.OfData(validator));
  }

  private Checks plus(Class<?> record, Check check) {
    Map<Class<?>, List<Check>> more = new HashMap<>(byRecord);
    List<Check> all = new ArrayList<>(more.getOrDefault(record, List.of()));
    all.add(check);
    more.put(record, List.copyOf(all));
    return new Checks(Map.copyOf(more));
  }

  /** Whether no type has a validator. */
  public boolean isEmpty() {
    return byRecord.isEmpty();
  }

  /**
   * Runs the validators of a message's type.
   *
   * @param data the message's JSON; null stands for an empty object
   * @throws InvalidMessageException if a validator rejects the message
   */
  public void run(Object message, byte @Nullable [] data) {
    @Nullable JsonNode tree = null;
    for (Check check : byRecord.getOrDefault(message.getClass(), List.of())) {
      try {
        switch (check) {
          case Check.OfMessage of -> of.validator.validate(message);
          case Check.OfData of -> {
            if (tree == null) {
              tree = Json.MAPPER.readTree(data == null ? EMPTY : data);
            }
            of.validator.validate(tree);
          }
        }
      } catch (IllegalArgumentException broken) {
        throw new InvalidMessageException(
            "data", "constraint", "data: " + String.valueOf(broken.getMessage()));
      }
    }
  }
}
