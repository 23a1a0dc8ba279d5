package dev.switchboard.history;

import org.jspecify.annotations.Nullable;

/**
 * The database can't be opened, or an operation on it failed. The message names the database and,
 * if there is a remedy, what to do. A failed {@code append} has appended nothing (with PostgreSQL,
 * or its outcome is unknown) and may be retried. A failed {@code open} fails again until its cause
 * is removed.
 */
public final class HistoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HistoryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
