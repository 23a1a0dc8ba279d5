package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.delivery.Outbound;
import dev.switchboard.server.handlers.Mailbox;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;

/**
 * The ways in which the server ends a connection. Confined to the connection's loop unless stated
 * otherwise.
 */
public final class Departure {
  private final WebSocket webSocket;
  private final Outbound out;
  private final Mailbox mailbox;
  private final ReadGate readGate;
  private final Meter meter;

  /** Whether incoming messages are ignored from now on. */
  private boolean leaving;

  /**
   * Whether messages that were already received are skipped as well. Written by handlers, on any
   * thread.
   */
  private volatile boolean turnedAway;

  /** Whether the connection was closed with 4008, which a slow client may never answer. */
  private boolean tooSlow;

  Departure(WebSocket webSocket, Outbound out, Mailbox mailbox, ReadGate readGate, Meter meter) {
    this.webSocket = webSocket;
    this.out = out;
    this.mailbox = mailbox;
    this.readGate = readGate;
    this.meter = meter;
  }

  /** Whether the end has not begun. */
  boolean open() {
    return !out.closed() && webSocket.readyState() == ReadyState.OPEN;
  }

  /** Closes the connection, if its end has not begun. */
  void close(int code, String reason) {
    if (open()) {
      webSocket.close(code, reason);
    }
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
    webSocket.execute(() -> close(code.code(), reason));
  }

  /** Closes the connection, and skips the messages it has already sent. Thread-safe. */
  public void turnAway(CloseCode code, String reason) {
    turnedAway = true;
    out.onLoop(() -> {
      leaving = true;
      close(code.code(), reason);
    });
  }

  /**
   * Asks the client to come back after the given number of milliseconds, lets handlers finish and
   * answer the messages already received, and closes with 1001. Thread-safe.
   */
  void sendAway(long after) {
    out.onLoop(() -> {
      leaving = true; // later messages are not acknowledged, so they are repeated elsewhere
      out.send(ServerMessages.goingAway(after));
      whenDone(() -> close(CloseCode.GOING_AWAY.code(), "the server is closing"));
    });
  }

  /** Runs a task on the loop once all received messages are handled and answered. */
  void whenDone(Runnable task) {
    mailbox.afterAll(() -> readGate.whenAnswered(() -> webSocket.execute(task)));
  }

  /** Closes with 4008, because continuing would leave a gap. */
  void tooSlow(String why) {
    tooSlow = true;
    close(CloseCode.TOO_SLOW.code(), "too slow: " + why);
  }

  /** Closes an idle connection. Returns whether its end had not begun. */
  boolean endIdle(CloseCode code, String reason) {
    boolean ends = open() && !leaving;
    if (ends) {
      closeWhenDone(code, reason);
    }
    return ends;
  }

  /** Closes when the messages already received are handled and answered, and ignores later ones. */
  void closeWhenDone(CloseCode code, String reason) {
    leaving = true;
    if (open()) {
      webSocket.closeWhenDone(code.code(), reason);
    }
  }

  /** The connection has ended. Counts a slow one that did not answer the close frame. */
  void closed(int code) {
    if (tooSlow && code != CloseCode.TOO_SLOW.code()) {
      meter.slow(SlowReader.CLOSED);
    }
  }
}
