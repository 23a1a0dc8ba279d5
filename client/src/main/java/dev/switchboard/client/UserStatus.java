package dev.switchboard.client;

import dev.switchboard.protocol.wire.ServerMessages.UserState;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a user is online, with whatever number of programs. Immutable.
 *
 * @param user who
 * @param online whether one of them is connected, or lost its connection less than the server's
 *     grace ago
 * @param lastSeen when the last connection ended, of one who is not online and whom the server
 *     remembers
 */
public record UserStatus(String user, boolean online, Optional<Instant> lastSeen) {
  static UserStatus of(UserState state) {
    return new UserStatus(
        state.user(),
        state.online(),
        state.lastSeen() == 0
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(state.lastSeen())));
  }
}
