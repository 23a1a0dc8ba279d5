package dev.switchboard.server;

import dev.switchboard.server.identity.Audit;
import dev.switchboard.server.identity.Audit.Measure;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.Restriction.Kind;
import java.time.Duration;

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
  private final Orders orders;
  private final Restrictions restrictions;
  private final Audit audit;

  Revocations(Orders orders, Restrictions restrictions, Audit audit) {
    this.orders = orders;
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
    revoke("user", new Restriction.Key(Kind.USER_REVOKED, "", name, null), life);
  }

  /**
   * Revokes one credential.
   *
   * @param id its {@link AuthenticatedUser#credentialId}, such as the {@code jti} of a token
   * @param life how long it would still be valid
   */
  public void credential(String id, Duration life) {
    revoke("credential", new Restriction.Key(Kind.CREDENTIAL_REVOKED, "", id, null), life);
  }

  /**
   * Ends a session, so that it can't be resumed. Its client gets another one, if its user may
   * connect.
   *
   * @return whether there was such a session
   */
  public boolean session(String id) {
    audit.measure(Measure.REVOKED, "session " + id, null, null);
    return orders.endSession(id);
  }

  private void revoke(String what, Restriction.Key key, Duration life) {
    audit.measure(Measure.REVOKED, what + " " + key.subject(), null, null);
    orders.impose(restrictions.fromNow(key, life, ""));
  }
}
