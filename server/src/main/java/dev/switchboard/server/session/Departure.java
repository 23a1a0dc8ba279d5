package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.spi.ServerMetrics.SlowReader;

/**
 * The ways in which the server ends a connection. Confined to the connection's loop unless stated
 * otherwise.
 */
public final class Departure {
  private final Connection connection;

  /** Whether incoming messages are ignored from now on. */
  private boolean leaving;

  /**
   * Whether messages that were already received are skipped as well. Written by handlers, on any
   * thread.
   */
  private volatile boolean turnedAway;

  /** Whether the connection was closed with 4008, which a slow client may never answer. */
  private boolean tooSlow;

  Departure(Connection connection) {
    this.connection = connection;
  }

  /** Whether incoming messages must be ignored. */
  boolean leaving() {
    return leaving;
  }

  /** Whether messages that were already received must not be handled. Thread-safe. */
  boolean turnedAway() {
    return turnedAway;
  }

  /** Closes a connection that has just opened, as soon as it has its listener. */
  void refuse(CloseCode code, String reason) {
    leaving = true;
    connection.webSocket().execute(() -> connection.close(code.code(), reason));
  }

  /** Closes the connection, and skips the messages it has already sent. Thread-safe. */
  public void turnAway(CloseCode code, String reason) {
    turnedAway = true;
    connection.onLoop(() -> {
      leaving = true;
      connection.close(code.code(), reason);
    });
  }

  /**
   * Asks the client to come back after the given number of milliseconds, lets handlers finish and
   * answer the messages already received, and closes with 1001. Thread-safe.
   */
  void sendAway(long after) {
    connection.onLoop(() -> {
      leaving = true; // later messages are not acknowledged, so they are repeated elsewhere
      connection.send(ServerMessages.goingAway(after));
      whenDone(() -> connection.close(CloseCode.GOING_AWAY.code(), "the server is closing"));
    });
  }

  /** Runs a task on the loop once all received messages are handled and answered. */
  void whenDone(Runnable task) {
    connection
        .mailbox()
        .afterAll(
            () -> connection.readGate().whenAnswered(() -> connection.webSocket().execute(task)));
  }

  /** Closes with 4008, because continuing would leave a gap. */
  void tooSlow(String why) {
    tooSlow = true;
    connection.close(CloseCode.TOO_SLOW.code(), "too slow: " + why);
  }

  /** Closes an idle connection. Returns whether its end had not begun. */
  boolean endIdle(CloseCode code, String reason) {
    boolean ends = connection.open() && !leaving;
    if (ends) {
      closeWhenDone(code, reason);
    }
    return ends;
  }

  /** Closes when the messages already received are handled and answered, and ignores later ones. */
  void closeWhenDone(CloseCode code, String reason) {
    leaving = true;
    if (connection.open()) {
      connection.webSocket().closeWhenDone(code.code(), reason);
    }
  }

  /** The connection has ended. Counts a slow one that did not answer the close frame. */
  void closed(int code) {
    if (tooSlow && code != CloseCode.TOO_SLOW.code()) {
      connection.endpoint().meter().slow(SlowReader.CLOSED);
    }
  }
}
