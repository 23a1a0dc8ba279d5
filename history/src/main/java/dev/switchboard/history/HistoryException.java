package dev.switchboard.history;

import org.jspecify.annotations.Nullable;

/**
 * The database can't be opened, or does not do what it is asked. The message names the file and,
 * where there is something to do, says what. A failed {@code append} has appended nothing (with
 * PostgreSQL: or its outcome is unknown) and may be tried again; a failed {@code open} fails again
 * until its reason is gone.
 */
public final class HistoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HistoryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
