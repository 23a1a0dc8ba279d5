package dev.switchboard.server.limits;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.server.identity.Audit;
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
 * @param access who may come in
 */
public record EndpointContext(
    String path, Settings settings, Meter meter, Time time, Access access) {
  /** Why a user may not be here, as the end of the connection. */
  public record Barred(CloseCode code, String reason) {}

  /** Returns why a user may not be here, or null. A guest, whom nobody knows yet, is null. */
  public @Nullable Barred barred(@Nullable AuthenticatedUser user) {
    if (user == null) {
      return null;
    }
    if (restrictions().revoked(user)) {
      return new Barred(CloseCode.AUTH_EXPIRED, Authentication.REVOKED);
    }
    Restriction ban = restrictions().ban(path, user.name());
    return ban == null
        ? null
        : new Barred(
            CloseCode.BANNED, ban.reason().isEmpty() ? "banned" : "banned: " + ban.reason());
  }

  /** Returns what operators have forbidden. */
  public Restrictions restrictions() {
    return access.restrictions();
  }

  /** Returns the limits of how clients arrive. */
  public Arrivals arrivals() {
    return access.arrivals();
  }

  /** Returns what authenticates clients; null if something else does, or nothing. */
  public @Nullable Authentication authentication() {
    return access.authentication();
  }

  /** Returns the endpoint's reports of who came, who was turned away, and what operators did. */
  public Audit audit() {
    return access.audit();
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
