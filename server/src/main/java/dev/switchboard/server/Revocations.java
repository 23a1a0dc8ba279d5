package dev.switchboard.server;

import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Audit.Measure;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.Restriction.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Predicate;

/**
 * Takes back what proves a user's identity before it expires, at all endpoints of a server. The
 * connections concerned neither receive nor send from then on: they are closed with 4001, and their
 * clients must prove who they are before they may resume.
 *
 * <p>What is revoked is kept in memory, or in the {@link ServerBuilder#restrictions store} given to
 * the server; then the methods may block. They throw {@code RefusedException(unavailable)} if it
 * could not be stored, in which case it holds until the server stops; or if 100,000 restrictions
 * are in force, in which case only the connections are closed. Thread-safe.
 */
public final class Revocations {
  private final Collection<EndpointPath> endpoints;
  private final Restrictions restrictions;
  private final Audit audit;

  Revocations(Collection<EndpointPath> endpoints, Restrictions restrictions, Audit audit) {
    this.endpoints = endpoints;
    this.restrictions = restrictions;
    this.audit = audit;
  }

  /**
   * Revokes all credentials that were issued to a user until now, as at a change of password. A
   * credential counts as newer only if it says so, in a claim {@code iat} of whole seconds as
   * tokens have it.
   *
   * @param life how long the longest-lived credential is valid; it is refused for that time
   */
  public void user(String name, Duration life) {
    revoke(
        new Restriction.Key(Kind.USER_REVOKED, "", name, null),
        life,
        user -> user.name().equals(name));
  }

  /**
   * Revokes one credential.
   *
   * @param id its {@link AuthenticatedUser#credentialId}, such as the {@code jti} of a token
   * @param life how long it would still be valid
   */
  public void credential(String id, Duration life) {
    revoke(
        new Restriction.Key(Kind.CREDENTIAL_REVOKED, "", id, null),
        life,
        user -> id.equals(user.credentialId()));
  }

  /**
   * Ends a session, so that it can't be resumed. Its client gets another one, if its user may
   * connect.
   *
   * @return whether there was such a session
   */
  public boolean session(String id) {
    audit.measure(Measure.REVOKED, "session " + id, null, null);
    boolean ended = false;
    for (EndpointPath endpoint : endpoints) {
      ended |= endpoint.endSession(id);
    }
    return ended;
  }

  private void revoke(Restriction.Key key, Duration life, Predicate<AuthenticatedUser> whose) {
    audit.measure(
        Measure.REVOKED,
        (key.kind() == Kind.USER_REVOKED ? "user " : "credential ") + key.subject(),
        null,
        null);
    try {
      restrictions.impose(key, life, "");
    } finally {
      endpoints.forEach(endpoint -> endpoint.revoked(whose));
    }
  }
}
