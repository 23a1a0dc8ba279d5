package dev.switchboard.server.limits;

import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.Expiry;
import dev.switchboard.spi.AuthenticatedUser;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint, typed or raw, was started with. Immutable.
 *
 * @param path the endpoint's path
 * @param settings its limits and options
 * @param meter counts events
 * @param time its clocks
 * @param authentication authenticates clients; null if something else does, or nothing
 */
public record EndpointContext(
    String path,
    Settings settings,
    Meter meter,
    Time time,
    @Nullable Authentication authentication) {
  /** Returns the milliseconds since some moment, for intervals. */
  public long now() {
    return time.elapsed().getAsLong();
  }

  /** Returns for how many milliseconds a user's proof is still valid; null for ever. */
  public @Nullable Long millisLeft(AuthenticatedUser user) {
    return user.expiresAt() == null
        ? null
        : Expiry.millis(user.expiresAt(), time.clock().instant());
  }

  /** Returns the wall-clock time in milliseconds, for timestamps. */
  public long timestamp() {
    return time.clock().millis();
  }
}
