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
 * What is given for classes of messages, of which one counts for each message type. What is given
 * for an interface counts for all its types but those for which something more specific is given.
 * Filled while an endpoint is defined, then only read.
 *
 * @param <V> a handler, a policy
 */
final class ByType<V> {
  private final Set<Class<?>> classes = new HashSet<>();
  private final Map<String, Given<V>> byName = new HashMap<>();

  private record Given<V>(Class<?> by, V value) {}

  /**
   * The types of a protocol that a class covers: a record itself, an interface all that implement
   * it. A request is answered and never published, so only a replier can be for one.
   *
   * @param what names the option in the error
   * @throws IllegalArgumentException if there is none
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
   * Gives something for a class and the types that it covers.
   *
   * @throws IllegalStateException if the class has one, or a type has one by another class and
   *     neither class is more specific
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

  @Nullable V of(String typeName) {
    Given<V> given = byName.get(typeName);
    return given == null ? null : given.value;
  }
}
