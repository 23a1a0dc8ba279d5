package dev.switchboard.protocol.client;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectFailedException;

/**
 * Where a client is: which of its sockets counts, and when the next one is tried. Confined to the
 * session's thread.
 */
final class Lifecycle {
  private final Reconnection comeback;
  private final Questions questions;
  private final Effects effects;

  private SessionState state = SessionState.IDLE;
  private int connection;
  private boolean socketOpen;
  private long dueAt = Questions.NEVER;

  Lifecycle(Reconnection comeback, Questions questions, Effects effects) {
    this.comeback = comeback;
    this.questions = questions;
    this.effects = effects;
  }

  SessionState state() {
    return state;
  }

  boolean open() {
    return state == SessionState.OPEN;
  }

  /** Whether the user can still ask for something. */
  boolean over() {
    return state == SessionState.CLOSED || state == SessionState.CLOSING;
  }

  /** Whether it is the socket that counts. */
  boolean present(int number) {
    return number == connection;
  }

  /** Whether it is the socket that counts, and it was opened. */
  boolean hears(int number) {
    return number == connection && socketOpen;
  }

  /** Whether the present attempt to connect is one that the user asked for. */
  boolean first() {
    return comeback.attempt() == 0;
  }

  long dueAt() {
    return dueAt;
  }

  /** Whether it is time for what was to be done at {@link #dueAt}; true once. */
  boolean due(long now) {
    boolean due = now >= dueAt;
    if (due) {
      dueAt = Questions.NEVER;
    }
    return due;
  }

  /** The user connects. */
  void connect() {
    comeback.reset();
    openSocket();
  }

  /** The next attempt to come back. */
  void retry() {
    effects.report(new Report.Reconnecting(comeback.next()));
    openSocket();
  }

  private void openSocket() {
    connection++;
    socketOpen = false;
    dueAt = Questions.NEVER;
    to(SessionState.CONNECTING);
    effects.connect(connection);
  }

  /** The present socket is open; by then the server should have said something. */
  void opened(long firstWordBy) {
    socketOpen = true;
    dueAt = firstWordBy;
  }

  /** A session is open on the present socket. */
  void begun(long now, Report.Opened opened) {
    int attempts = comeback.attempt();
    comeback.opened(now);
    dueAt = Questions.NEVER;
    to(SessionState.OPEN);
    effects.report(opened);
    if (attempts > 0) {
      effects.report(new Report.Reconnected(attempts));
    }
  }

  /** The user closes: no more attempts, and what has no answer fails. */
  void close(int code, String reason) {
    questions.end("the client was closed");
    dueAt = Questions.NEVER;
    to(SessionState.CLOSING);
    effects.close(code, reason);
  }

  /** The open connection is gone. */
  void lost(long now, int code, String reason, boolean clean) {
    abandon();
    questions.lost();
    comeback.closed(now, code, reason);
    if (CloseCode.comesBack(code) && comeback.another()) {
      comeBack(now);
    } else {
      giveUp("the connection was closed with " + code);
    }
    effects.report(new Report.Closed(code, reason, clean));
  }

  /** The present attempt to connect came to nothing. */
  void failed(long now, ConnectFailedException why) {
    boolean first = first();
    abandon();
    questions.lost();
    boolean more = first ? comeback.anotherFirst() : comeback.another();
    boolean back = more && why.retryable();
    if (back) {
      comeBack(now);
    } else {
      giveUp("no connection: " + why.getMessage());
    }
    effects.report(new Report.Failed(why));
    if (!back && !first) {
      effects.report(new Report.ReconnectFailed(comeback.attempt()));
    }
  }

  private void comeBack(long now) {
    to(SessionState.WAITING);
    dueAt = now + comeback.delay();
  }

  /** It is over, whatever the present socket still does. */
  void end(String why) {
    abandon();
    giveUp(why);
  }

  private void abandon() {
    connection++;
    socketOpen = false;
    effects.abandon();
  }

  private void giveUp(String why) {
    dueAt = Questions.NEVER;
    to(SessionState.CLOSED);
    questions.end(why);
  }

  private void to(SessionState next) {
    if (state != next) {
      state = next;
      effects.state(next);
    }
  }
}
