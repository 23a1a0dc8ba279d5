package dev.switchboard.server;

import dev.switchboard.protocol.Names;
import dev.switchboard.spi.AuthenticatedUser;

/** The decision of an {@link Identifier}. Immutable. */
public sealed interface Verdict {
  /**
   * Allows the connection for a user of that name. If the name is invalid, which is up to the
   * client where it comes from the request, the connection is refused with 400.
   */
  static Verdict allow(String user) {
    return Names.valid(user)
        ? new Allowed(AuthenticatedUser.of(user))
        : refuse(400, "user: not a valid name (expected: " + Names.RULE + ")");
  }

  /** Allows the connection for a user, with roles and claims, until the user's proof expires. */
  static Verdict allow(AuthenticatedUser user) {
    return new Allowed(user);
  }

  /**
   * Refuses the connection with an HTTP status and a reason that is sent to the client.
   *
   * @throws IllegalArgumentException if the status is not 400–599
   */
  static Verdict refuse(int status, String reason) {
    return new Refused(status, reason);
  }

  /** The connection is allowed. */
  record Allowed(AuthenticatedUser user) implements Verdict {}

  /** The connection is refused. */
  record Refused(int status, String reason) implements Verdict {
    /**
     * Validates the status.
     *
     * @throws IllegalArgumentException if the status is not 400–599
     */
    public Refused {
      if (status < 400 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 400-599)");
      }
    }
  }
}
