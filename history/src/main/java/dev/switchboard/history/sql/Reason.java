package dev.switchboard.history.sql;

/** Why a database refused something, in one line. */
public final class Reason {
  private Reason() {}

  /** Returns the database's message without the statement that it is about. */
  public static String of(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
