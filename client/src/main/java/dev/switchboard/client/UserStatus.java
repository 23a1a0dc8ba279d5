package dev.switchboard.client;

import dev.switchboard.protocol.wire.ServerMessages.UserState;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a user is online, with any number of connections. Immutable.
 *
 * @param user the user
 * @param online whether one of the user's sessions is connected, or lost its connection less than
 *     the server's grace period ago
 * @param lastSeen when the user's last connection ended; empty if the user is online or the server
 *     does not remember
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
