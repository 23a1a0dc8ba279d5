package dev.switchboard.spi;

import dev.switchboard.protocol.Address;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a connection belongs to, as an {@link Authenticator} has proved it. Immutable, if the claims
 * are.
 *
 * @param name the user's name, as rooms and inboxes know it
 * @param claims what else is known, such as the claims of a token; never sent to clients
 * @param roles what the user may act as
 * @param expiresAt when the proof ends and the connection with it, or null for never
 * @param credentialId the id of what was shown, such as the {@code jti} of a token, by which it can
 *     be revoked, or null
 */
public record AuthenticatedUser(
    String name,
    Map<String, Object> claims,
    Set<String> roles,
    @Nullable Instant expiresAt,
    @Nullable String credentialId) {

  /**
   * Checks the name and copies the collections.
   *
   * @throws IllegalArgumentException if the name breaks the rule for names
   */
  public AuthenticatedUser {
    Address.user(name);
    claims = Map.copyOf(claims);
    roles = Set.copyOf(roles);
  }

  /**
   * A user of whom no more is known, for any time.
   *
   * @throws IllegalArgumentException if the name breaks the rule for names
   */
  public static AuthenticatedUser of(String name) {
    return new AuthenticatedUser(name, Map.of(), Set.of(), null, null);
  }

  /** The same user with other roles. */
  public AuthenticatedUser withRoles(String... others) {
    return new AuthenticatedUser(name, claims, Set.of(others), expiresAt, credentialId);
  }

  /** The same user with other claims, by which an application passes its own objects on. */
  public AuthenticatedUser withClaims(Map<String, Object> others) {
    return new AuthenticatedUser(name, others, roles, expiresAt, credentialId);
  }

  /** The same user, until then. */
  public AuthenticatedUser until(Instant end) {
    return new AuthenticatedUser(name, claims, roles, end, credentialId);
  }

  /** Whether the user has a role. */
  public boolean hasRole(String role) {
    return roles.contains(role);
  }

  /** A claim, if it is there and of that class. */
  public <T> Optional<T> claim(String claim, Class<T> type) {
    Object value = claims.get(claim);
    return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
  }

  /** Without the claims, which may be secret. */
  @Override
  public String toString() {
    return "AuthenticatedUser[" + name + ", roles " + roles + ", expires " + expiresAt + "]";
  }
}
