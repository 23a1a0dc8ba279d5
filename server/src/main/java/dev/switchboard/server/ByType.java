package dev.switchboard.server;

import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values given for classes of messages, with exactly one in effect for each message type. A value
 * for an interface applies to all of its types except those with a more specific value. Filled
 * while an endpoint is defined, read-only afterwards.
 *
 * @param <V> the value: a handler or a policy
 */
final class ByType<V> {
  private final Set<Class<?>> classes = new HashSet<>();
  private final Map<String, Given<V>> byName = new HashMap<>();

  private record Given<V>(Class<?> by, V value) {}

  /**
   * Returns the message types of clients that a class covers, as {@link #covered}, without those
   * that only the server sends.
   *
   * @throws IllegalArgumentException if the class covers no such type
   */
  static List<? extends MessageType<?>> ofClients(
      Protocol<?> protocol, String what, Class<?> type, boolean requests) {
    var fit =
        covered(protocol, what, type, requests).stream().filter(one -> !one.fromServer()).toList();
    if (fit.isEmpty()) {
      throw new IllegalArgumentException(
          what + ": " + type.getName() + " is @FromServer (expected: what clients send)");
    }
    return fit;
  }

  /**
   * Returns the message types that a class covers: a record covers itself, an interface all records
   * that implement it. Requests are answered and never published, so they are covered for repliers
   * only.
   *
   * @param what the option's name, for the error message
   * @param requests whether to return the requests or the other messages
   * @throws IllegalArgumentException if the class covers no such type
   */
  static List<? extends MessageType<?>> covered(
      Protocol<?> protocol, String what, Class<?> type, boolean requests) {
    var all =
        protocol.types().stream()
            .filter(known -> type.isAssignableFrom(known.recordClass()))
            .toList();
    var fit = all.stream().filter(known -> (known.replyClass() != null) == requests).toList();
    if (!fit.isEmpty()) {
      return fit;
    }
    throw new IllegalArgumentException(
        what
            + ": "
            + type.getName()
            + (all.isEmpty()
                ? " (expected: a record or an interface of " + protocol.union().getName() + ")"
                : " is "
                    + (requests ? "no request (expected: on)" : "a request (expected: reply)")));
  }

  /**
   * Sets the value for a class and the types that it covers.
   *
   * @throws IllegalStateException if the class already has a value, or a type has one by another
   *     class and neither class is more specific
   */
  void put(Class<?> type, List<? extends MessageType<?>> covered, V value) {
    for (MessageType<?> one : covered) {
      Given<V> before = byName.get(one.name());
      if (before != null
          && !before.by.isAssignableFrom(type)
          && !type.isAssignableFrom(before.by)) {
        throw new IllegalStateException(
            one.recordClass().getName()
                + ": is of "
                + before.by.getName()
                + " and of "
                + type.getName()
                + ", which both have one (expected: one of its own, given before)");
      }
    }
    if (!classes.add(type)) {
      throw new IllegalStateException(type.getName() + ": has one already (expected: one)");
    }
    for (MessageType<?> one : covered) {
      byName.merge(
          one.name(),
          new Given<>(type, value),
          (before, now) -> before.by.isAssignableFrom(type) ? now : before);
    }
  }

  /** Returns the value in effect for a type, or null if there is none. */
  @Nullable V of(String typeName) {
    Given<V> given = byName.get(typeName);
    return given == null ? null : given.value;
  }
}
