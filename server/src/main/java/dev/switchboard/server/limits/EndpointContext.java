package dev.switchboard.server.limits;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.server.identity.Authentication;
import dev.switchboard.server.identity.Expiry;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Restriction;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint, typed or raw, was started with. Immutable.
 *
 * @param path the endpoint's path
 * @param settings its limits and options
 * @param meter counts events
 * @param time its clocks
 * @param restrictions what operators have forbidden
 * @param arrivals limits how clients arrive
 * @param authentication authenticates clients; null if something else does, or nothing
 */
public record EndpointContext(
    String path,
    Settings settings,
    Meter meter,
    Time time,
    Restrictions restrictions,
    Arrivals arrivals,
    @Nullable Authentication authentication) {
  /** Why a user may not be here, as the end of the connection. */
  public record Barred(CloseCode code, String reason) {}

  /** Returns why a user may not be here, or null. A guest, whom nobody knows yet, is null. */
  public @Nullable Barred barred(@Nullable AuthenticatedUser user) {
    if (user == null) {
      return null;
    }
    if (restrictions.revoked(user)) {
      return new Barred(CloseCode.AUTH_EXPIRED, Authentication.REVOKED);
    }
    Restriction ban = restrictions.ban(path, user.name());
    return ban == null
        ? null
        : new Barred(
            CloseCode.BANNED, ban.reason().isEmpty() ? "banned" : "banned: " + ban.reason());
  }

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
