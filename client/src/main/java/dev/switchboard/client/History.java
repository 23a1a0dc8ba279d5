package dev.switchboard.client;

import java.util.List;

/**
 * A page of a log. Immutable.
 *
 * @param epoch the log's; another one than before means that the log was lost meanwhile
 * @param seq the log's last
 * @param messages oldest first; those of types that this client does not know are left out
 * @param more whether the log holds further ones in the direction that was asked for
 * @param <M> the protocol's sealed interface
 */
public record History<M>(
    String epoch, long seq, List<MessageEvent<? extends M>> messages, boolean more) {
  /** Copies the list. */
  public History {
    messages = List.copyOf(messages);
  }
}
