package dev.switchboard.protocol;

/**
 * A rule for messages beyond what their record enforces. Add it with {@link Protocol#with(Class,
 * Validator)}. It checks every outgoing message before any of it is sent, and every incoming
 * message before any handler sees it.
 *
 * <p>Must be thread-safe and must not block: a server calls it on the event loop that many
 * connections share.
 *
 * @param <T> the type it checks
 */
@FunctionalInterface
public interface Validator<T> {
  /**
   * Returns normally if the message is valid.
   *
   * @throws InvalidMessageException if the message breaks the rule; create it with {@link
   *     InvalidMessageException#of}
   * @throws IllegalArgumentException if the message breaks the rule, when no path is known; the
   *     path is then {@code data} and the rule {@code constraint}
   */
  void validate(T candidate);
}
