package dev.switchboard.client;

import java.util.List;

/**
 * A page of a log. Immutable.
 *
 * @param epoch the log's epoch; if it changes, the log was lost in the meantime
 * @param seq the log's last entry
 * @param first the seq of the oldest message that was read, also if it is left out of {@code
 *     messages}: read on before it. 0 if none was read
 * @param last the seq of the newest message that was read, likewise
 * @param messages the messages, oldest first, without those whose type this client does not know,
 *     and those that are invalid or can't be decrypted, which are reported as events
 * @param more whether the log has further messages in the requested direction
 * @param <M> the protocol's sealed interface
 */
public record History<M>(
    String epoch,
    long seq,
    long first,
    long last,
    List<MessageEvent<? extends M>> messages,
    boolean more) {
  /** Copies the list. */
  public History {
    messages = List.copyOf(messages);
  }
}
