package dev.switchboard.server.delivery;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.ServerMessages.LogState;
import dev.switchboard.spi.Page;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader begins, and what it passes on first. Immutable.
 *
 * @param state what the client is told
 * @param last the last entry before the beginning; {@link Long#MAX_VALUE} if the reader just
 *     continues
 * @param first the page to pass on first, if one was already read
 * @param placed whether the client gave the position; if not, a reader that is already started
 *     leaves nothing out
 */
public record Opening(
    Reader reader, LogState state, long last, @Nullable Page first, boolean placed) {
  /** Returns the reason why a join has no reader to start. */
  public static RefusedException leftMeanwhile() {
    return new RefusedException(ErrorCode.CONFLICT, "room: left before it was joined");
  }
}
