package dev.switchboard.protocol;

import java.util.Map;

/**
 * The other side refused a message ({@code error}), or did not answer it in time. The message is in
 * no log, unless the code is {@link ErrorCode#TIMEOUT}, {@link ErrorCode#UNAVAILABLE} or {@link
 * ErrorCode#INTERNAL}: then it may be in one.
 */
public final class RefusedException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean retryable;
  private final transient Map<String, Object> details;

  /** A refusal that is as retryable as its code. */
  public RefusedException(ErrorCode code, String message) {
    this(code, message, code.retryable(), Map.of());
  }

  /**
   * A refusal with everything an {@code error} carries.
   *
   * @param details depends on the code; {@link ErrorCode#INVALID} has {@code path} and {@code rule}
   */
  public RefusedException(
      ErrorCode code, String message, boolean retryable, Map<String, Object> details) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.details = Map.copyOf(details);
  }

  /**
   * The message with the code before it, as it is printed; the message alone goes over the wire.
   */
  @Override
  public String getLocalizedMessage() {
    return code.wire() + ": " + getMessage();
  }

  /** Why. */
  public ErrorCode code() {
    return code;
  }

  /** Whether the same message can succeed later. */
  public boolean retryable() {
    return retryable;
  }

  /** What else is known. */
  public Map<String, Object> details() {
    return details;
  }
}
