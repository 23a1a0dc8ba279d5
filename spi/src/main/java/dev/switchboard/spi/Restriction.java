package dev.switchboard.spi;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has forbidden somebody, for a time. Immutable.
 *
 * @param key what is restricted; there is at most one restriction for each
 * @param since when it was imposed, in whole milliseconds
 * @param until when it ends, in whole milliseconds
 * @param reason why, for the user and the log; may be empty
 */
public record Restriction(Key key, Instant since, Instant until, String reason) {
  /** What is forbidden. */
  public enum Kind {
    /** The user may not connect, or not join the room. */
    BAN,
    /** The user may not publish, or not to the room. */
    MUTE,
    /** What proved the user's identity before the restriction was imposed no longer does. */
    USER_REVOKED,
    /** The credential with this id no longer proves anything. */
    CREDENTIAL_REVOKED
  }

  /**
   * Who is restricted, and in what.
   *
   * @param kind what is forbidden
   * @param space the endpoint's path; empty for all endpoints
   * @param subject the user's name, or the credential's id
   * @param room the room; null for all of the space
   */
  public record Key(Kind kind, String space, String subject, @Nullable String room) {}

  /** Returns whether it still applies at a time. */
  public boolean inForce(Instant now) {
    return now.isBefore(until);
  }
}
