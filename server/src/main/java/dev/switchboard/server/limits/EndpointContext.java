package dev.switchboard.server.limits;

import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.Expiry;
import dev.switchboard.spi.AuthenticatedUser;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint, typed or raw, was started with. Immutable.
 *
 * @param path where it is
 * @param settings its limits and habits
 * @param meter counts what happens
 * @param time what time it is
 * @param authentication proves who its clients are, or null if something else does or nothing
 */
public record EndpointContext(
    String path,
    Settings settings,
    Meter meter,
    Time time,
    @Nullable Authentication authentication) {
  /** Milliseconds since some moment, for intervals. */
  public long now() {
    return time.elapsed().getAsLong();
  }

  /** For how many milliseconds a user's proof still holds; null for ever. */
  public @Nullable Long millisLeft(AuthenticatedUser user) {
    return user.expiresAt() == null
        ? null
        : Expiry.millis(user.expiresAt(), time.clock().instant());
  }

  /** What people's clocks say, in milliseconds, for timestamps. */
  public long timestamp() {
    return time.clock().millis();
  }
}
