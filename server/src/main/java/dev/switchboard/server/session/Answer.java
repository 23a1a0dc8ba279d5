package dev.switchboard.server.session;

import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import org.jspecify.annotations.Nullable;

/** The answer to a client's message with a given ID. */
@FunctionalInterface
public interface Answer {
  /**
   * Returns the message to send; null for none.
   *
   * @throws RuntimeException if it can't be sent; the client is then told why
   */
  @Nullable Draft draft(Id id);
}
