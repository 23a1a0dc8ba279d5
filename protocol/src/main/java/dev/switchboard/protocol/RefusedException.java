package dev.switchboard.protocol;

import java.util.Map;

/**
 * The other side refused a message (with an {@code error}) or did not answer it in time. The
 * message is in no log, except that with {@link ErrorCode#TIMEOUT}, {@link ErrorCode#UNAVAILABLE}
 * or {@link ErrorCode#INTERNAL} it may be in one.
 */
public final class RefusedException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean retryable;
  private final transient Map<String, Object> details;

  /** Creates a refusal that is retryable if its code is. */
  public RefusedException(ErrorCode code, String message) {
    this(code, message, code.retryable(), Map.of());
  }

  /**
   * Creates a refusal with all fields of an {@code error}.
   *
   * @param retryable whether the same message may succeed later
   * @param details depend on the code; {@link ErrorCode#INVALID} has {@code path} and {@code rule}
   */
  public RefusedException(
      ErrorCode code, String message, boolean retryable, Map<String, Object> details) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.details = Map.copyOf(details);
  }

  /**
   * Returns the message prefixed with the code, for printing. On the wire, the message has no
   * prefix.
   */
  @Override
  public String getLocalizedMessage() {
    return code.wire() + ": " + getMessage();
  }

  /** Returns the reason for the refusal. */
  public ErrorCode code() {
    return code;
  }

  /** Whether the same message may succeed later. */
  public boolean retryable() {
    return retryable;
  }

  /** Returns further details, which depend on the code. */
  public Map<String, Object> details() {
    return details;
  }
}
