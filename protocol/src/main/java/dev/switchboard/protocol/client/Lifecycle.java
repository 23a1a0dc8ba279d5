package dev.switchboard.protocol.client;

import dev.switchboard.protocol.ConnectFailedException;

/**
 * The states of {@link ClientSession}: which socket is the current one, and when to try the next.
 * Confined to the session's thread.
 *
 * <p>{@code connection} increases whenever a socket is opened or abandoned, so a number identifies
 * one attempt for good and events of earlier sockets are recognized. There is one timer, {@code
 * dueAt}, because no two states need one at the same time: in CONNECTING it is the deadline for
 * {@code welcome} once the socket is open, in WAITING it is the next attempt, and in the other
 * states it is off. Each transition that ends an attempt abandons the socket before it changes the
 * state, and changes the state before it reports to the user, so what the user does next is based
 * on the new state.
 */
final class Lifecycle {
  private final Reconnection comeback;
  private final Authentication authentication;
  private final Questions questions;
  private final Effects effects;

  private SessionState state = SessionState.IDLE; // changed only by to()
  private int connection; // the number of the current socket
  private boolean socketOpen; // whether the current socket has been opened
  private long dueAt = Questions.NEVER; // when the timer is due; NEVER if it is off

  Lifecycle(
      Reconnection comeback, Authentication authentication, Questions questions, Effects effects) {
    this.comeback = comeback;
    this.authentication = authentication;
    this.questions = questions;
    this.effects = effects;
  }

  SessionState state() {
    return state;
  }

  boolean open() {
    return state == SessionState.OPEN;
  }

  /** Whether the client is closed or closing, so that the user can't ask for anything any more. */
  boolean over() {
    return state == SessionState.CLOSED || state == SessionState.CLOSING;
  }

  /** Whether this is the current socket. */
  boolean present(int number) {
    return number == connection;
  }

  /** Whether this is the current socket and it has been opened. */
  boolean hears(int number) {
    return number == connection && socketOpen;
  }

  /** Whether the user started the current attempt, rather than a reconnect. */
  boolean first() {
    return comeback.attempt() == 0;
  }

  long dueAt() {
    return dueAt;
  }

  /** Whether the timer is due. Turns it off then, so the result is true once. */
  boolean due(long now) {
    boolean due = now >= dueAt;
    if (due) {
      dueAt = Questions.NEVER;
    }
    return due;
  }

  /** The user connects. */
  void connect(long now) {
    comeback.reset();
    authentication.reset();
    openSocket(now);
  }

  /** Starts the next reconnect attempt. */
  void retry(long now) {
    effects.report(new Report.Reconnecting(comeback.next()));
    openSocket(now);
  }

  /** The same attempt once more, with another token. */
  void again(long now) {
    abandon();
    questions.lost();
    openSocket(now);
  }

  private void openSocket(long now) {
    connection++;
    socketOpen = false;
    dueAt = Questions.NEVER;
    to(SessionState.CONNECTING);
    authentication.attempt(now, connection);
  }

  /** The current socket is open; the server must send its first message by this time. */
  void opened(long firstWordBy) {
    socketOpen = true;
    dueAt = firstWordBy;
  }

  /** The session is open on the current socket. */
  void begun(long now, Report.Opened opened) {
    int attempts = comeback.attempt();
    comeback.opened(now);
    dueAt = Questions.NEVER;
    to(SessionState.OPEN);
    authentication.begun(); // first, for what is opened may be proved with it
    effects.report(opened);
    if (attempts > 0) {
      effects.report(new Report.Reconnected(attempts));
    }
  }

  /** The user closes the client: there are no more attempts, and unanswered questions fail. */
  void close(int code, String reason) {
    questions.end("the client was closed");
    dueAt = Questions.NEVER;
    authentication.over();
    to(SessionState.CLOSING);
    effects.close(code, reason);
  }

  /** Whether a lost connection is followed by another, if its close code allows. */
  boolean another() {
    return comeback.another();
  }

  /** The open connection was lost or closed; {@code back} if another may follow. */
  void lost(long now, int code, String reason, boolean clean, boolean back) {
    abandon();
    questions.lost();
    comeback.closed(now, code, reason);
    if (back && comeback.another()) {
      comeBack(now);
    } else {
      giveUp("the connection was closed with " + code);
    }
    effects.report(new Report.Closed(code, reason, clean));
  }

  /** Whether another attempt to connect follows if the present one fails with that. */
  boolean goesOnAfter(ConnectFailedException why) {
    return why.retryable() && (first() ? comeback.anotherFirst() : comeback.another());
  }

  /** The current attempt failed. */
  void failed(long now, ConnectFailedException why) {
    boolean first = first();
    boolean back = goesOnAfter(why);
    abandon();
    questions.lost();
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

  /** Ends the client, whatever the current socket is doing. */
  void end(String why) {
    abandon();
    giveUp(why);
  }

  private void abandon() {
    connection++;
    socketOpen = false;
    authentication.over();
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
