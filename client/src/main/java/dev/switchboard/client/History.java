package dev.switchboard.client;

import java.util.List;

/**
 * A page of a log. Immutable.
 *
 * @param epoch the log's epoch; if it changes, the log was lost in the meantime
 * @param seq the log's last entry
 * @param messages the messages, oldest first, without those whose type this client does not know
 * @param more whether the log has further messages in the requested direction
 * @param <M> the protocol's sealed interface
 */
public record History<M>(
    String epoch, long seq, List<MessageEvent<? extends M>> messages, boolean more) {
  /** Copies the list. */
  public History {
    messages = List.copyOf(messages);
  }
}
