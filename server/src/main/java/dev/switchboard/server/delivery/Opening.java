package dev.switchboard.server.delivery;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.ServerMessages.LogState;
import dev.switchboard.spi.Page;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader begins, and what has to be passed on first. Immutable.
 *
 * @param state what the client is told
 * @param last what is behind it; {@link Long#MAX_VALUE} if it just goes on
 * @param first the page to pass on first, if one was read already
 * @param placed whether the client told that place; if not, one that reads already leaves nothing
 *     out
 */
public record Opening(
    Reader reader, LogState state, long last, @Nullable Page first, boolean placed) {
  /** Why a join has no reader to start. */
  public static RefusedException leftMeanwhile() {
    return new RefusedException(ErrorCode.CONFLICT, "room: left before it was joined");
  }
}
