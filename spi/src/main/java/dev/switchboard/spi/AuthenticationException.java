package dev.switchboard.spi;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The credentials were refused or could not be verified. The message is sent to the client and must
 * not contain secrets.
 */
public final class AuthenticationException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final boolean retryable;

  private AuthenticationException(String message, boolean retryable, @Nullable Throwable cause) {
    super(message, cause);
    this.retryable = retryable;
  }

  /**
   * Returns an exception for credentials that are wrong or no longer valid. The client is refused
   * with 401.
   */
  public static AuthenticationException refused(String why) {
    return new AuthenticationException(why, false, null);
  }

  /**
   * Returns an exception for credentials that can't be verified at the moment. The client is
   * refused with 503 and may retry with the same credentials.
   */
  public static AuthenticationException unavailable(String why, @Nullable Throwable cause) {
    return new AuthenticationException(why, true, cause);
  }

  /** Returns whether the same credentials may be accepted later. */
  public boolean retryable() {
    return retryable;
  }
}
