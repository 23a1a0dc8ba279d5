package dev.switchboard.server.session;

import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import org.jspecify.annotations.Nullable;

/** What a client is answered, for the message of an id. */
@FunctionalInterface
public interface Answer {
  /**
   * The answer as it is sent; null for none.
   *
   * @throws RuntimeException if it cannot be sent, which is what the client is told then
   */
  @Nullable Draft draft(Id id);
}
