package dev.switchboard.encryption;

import dev.switchboard.protocol.Address;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which messages were decrypted, and at which place, up to a bound; then it forgets those
 * that came first. Thread-safe.
 */
final class SeenMessages {
  /** By message, in the order of coming; guarded by itself. */
  private final SequencedMap<Message, Place> seen = new LinkedHashMap<>();

  private final int bound;

  SeenMessages(int bound) {
    if (bound < 0) {
      throw new IllegalArgumentException("remembered: " + bound + " (expected: 0 or more)");
    }
    this.bound = bound;
  }

  /**
   * Whether a message may be shown: it is new, or it was seen at the same place of the same log.
   *
   * @param seq 0 if it is in no log; then it has no place to come back to
   */
  boolean admit(Binding message, long seq) {
    if (bound == 0) {
      return true;
    }
    Message name = new Message(message.from(), message.messageId());
    Place place = new Place(message.address(), seq);
    synchronized (seen) {
      Place before = seen.putIfAbsent(name, place);
      if (before == null && seen.size() > bound) {
        seen.pollFirstEntry();
      }
      return before == null || (seq > 0 && before.equals(place));
    }
  }

  private record Message(@Nullable String from, @Nullable String messageId) {}

  private record Place(@Nullable Address address, long seq) {}
}
