package dev.switchboard.server;

import dev.switchboard.spi.AuthenticatedUser;

/** What an {@link Identifier} decides. */
public sealed interface Verdict {
  /**
   * Let this user in.
   *
   * @throws IllegalArgumentException if the name breaks the rule for names
   */
  static Verdict allow(String user) {
    return new Allowed(AuthenticatedUser.of(user));
  }

  /** Let this user in, with roles and claims, until the proof expires. */
  static Verdict allow(AuthenticatedUser user) {
    return new Allowed(user);
  }

  /**
   * Refuse with an HTTP status and a reason that the client sees.
   *
   * @throws IllegalArgumentException if the status is not from 400 to 599
   */
  static Verdict refuse(int status, String reason) {
    return new Refused(status, reason);
  }

  /** Let in. */
  record Allowed(AuthenticatedUser user) implements Verdict {}

  /** Refused. */
  record Refused(int status, String reason) implements Verdict {
    /** Refuses a status that is no refusal. */
    public Refused {
      if (status < 400 || status > 599) {
        throw new IllegalArgumentException("status: " + status + " (expected: 400-599)");
      }
    }
  }
}
