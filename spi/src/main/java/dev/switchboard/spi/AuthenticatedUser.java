package dev.switchboard.spi;

import dev.switchboard.protocol.Address;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user whose identity an {@link Authenticator} has proved. Immutable if the claims are.
 *
 * @param name the user's name, as used in rooms and inboxes
 * @param claims further facts, such as the claims of a token; never sent to clients
 * @param roles the user's roles
 * @param expiresAt when the proof expires and the connection is closed, or null for never
 * @param credentialId the id of the credential, such as the {@code jti} of a token, by which it can
 *     be revoked, or null
 */
public record AuthenticatedUser(
    String name,
    Map<String, Object> claims,
    Set<String> roles,
    @Nullable Instant expiresAt,
    @Nullable String credentialId) {

  /**
   * Validates the name and copies the collections.
   *
   * @throws IllegalArgumentException if the name is invalid, by the rule of {@link Address#user}
   */
  public AuthenticatedUser {
    Address.user(name);
    claims = Map.copyOf(claims);
    roles = Set.copyOf(roles);
  }

  /**
   * Returns a user without claims or roles whose proof does not expire.
   *
   * @throws IllegalArgumentException if the name is invalid
   */
  public static AuthenticatedUser of(String name) {
    return new AuthenticatedUser(name, Map.of(), Set.of(), null, null);
  }

  /** Returns this user with these roles instead. */
  public AuthenticatedUser withRoles(String... others) {
    return new AuthenticatedUser(name, claims, Set.of(others), expiresAt, credentialId);
  }

  /**
   * Returns this user with these claims instead. An application can use claims to attach its own
   * objects.
   */
  public AuthenticatedUser withClaims(Map<String, Object> others) {
    return new AuthenticatedUser(name, others, roles, expiresAt, credentialId);
  }

  /** Returns this user with a proof that expires at that time. */
  public AuthenticatedUser until(Instant end) {
    return new AuthenticatedUser(name, claims, roles, end, credentialId);
  }

  /** Returns whether the user has a role. */
  public boolean hasRole(String role) {
    return roles.contains(role);
  }

  /** Returns a claim; empty if it is missing or not of that class. */
  public <T> Optional<T> claim(String claim, Class<T> type) {
    Object value = claims.get(claim);
    return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
  }

  /** Returns a description without the claims, which may be secret. */
  @Override
  public String toString() {
    return "AuthenticatedUser[" + name + ", roles " + roles + ", expires " + expiresAt + "]";
  }
}
