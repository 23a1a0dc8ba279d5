package dev.switchboard.spi;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Credentials that prove nobody. The message is sent to the client and must hold no secret. */
public final class AuthenticationException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final boolean retryable;

  private AuthenticationException(String message, boolean retryable, @Nullable Throwable cause) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** The credentials are wrong, or no longer right: the client is refused with 401. */
  public static AuthenticationException refused(String why) {
    return new AuthenticationException(why, false, null);
  }

  /**
   * Whoever knows can't be asked now: the client is refused with 503 and may come back with the
   * same credentials.
   */
  public static AuthenticationException unavailable(String why, @Nullable Throwable cause) {
    return new AuthenticationException(why, true, cause);
  }

  /** Whether the same credentials may be accepted later. */
  public boolean retryable() {
    return retryable;
  }
}
