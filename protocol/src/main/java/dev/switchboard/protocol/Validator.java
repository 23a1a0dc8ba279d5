package dev.switchboard.protocol;

/**
 * A rule for messages, beyond what their record says. Give it to {@link Protocol#with(Class,
 * Validator)}; it is asked about every message that goes out, before anything of it is on the wire,
 * and about every message that came in, before any handler gets it.
 *
 * <p>Must be thread-safe and must not block: a server asks it on the event loop that many
 * connections share.
 *
 * @param <T> what it looks at
 */
@FunctionalInterface
public interface Validator<T> {
  /**
   * Lets it pass by returning.
   *
   * @throws InvalidMessageException if it breaks the rule; {@link InvalidMessageException#of} makes
   *     one
   * @throws IllegalArgumentException the same without a place: the path is then {@code data} and
   *     the rule {@code constraint}
   */
  void validate(T candidate);
}
