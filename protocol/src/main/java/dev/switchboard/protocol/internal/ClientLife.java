package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectFailedException;

/**
 * Where a client is: which of its sockets counts, and when the next one is tried. Confined to the
 * session's thread.
 */
final class ClientLife {
  private final ClientComeback comeback;
  private final ClientQuestions questions;
  private final ClientEffects effects;

  private ClientState state = ClientState.IDLE;
  private int connection;
  private boolean socketOpen;
  private long dueAt = ClientQuestions.NEVER;

  ClientLife(ClientComeback comeback, ClientQuestions questions, ClientEffects effects) {
    this.comeback = comeback;
    this.questions = questions;
    this.effects = effects;
  }

  ClientState state() {
    return state;
  }

  boolean open() {
    return state == ClientState.OPEN;
  }

  /** Whether the user can still ask for something. */
  boolean over() {
    return state == ClientState.CLOSED || state == ClientState.CLOSING;
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
      dueAt = ClientQuestions.NEVER;
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
    effects.report(new ClientReport.Reconnecting(comeback.next()));
    openSocket();
  }

  private void openSocket() {
    connection++;
    socketOpen = false;
    dueAt = ClientQuestions.NEVER;
    to(ClientState.CONNECTING);
    effects.connect(connection);
  }

  /** The present socket is open; by then the server should have said something. */
  void opened(long firstWordBy) {
    socketOpen = true;
    dueAt = firstWordBy;
  }

  /** A session is open on the present socket. */
  void begun(long now, ClientReport.Opened opened) {
    int attempts = comeback.attempt();
    comeback.opened(now);
    dueAt = ClientQuestions.NEVER;
    to(ClientState.OPEN);
    effects.report(opened);
    if (attempts > 0) {
      effects.report(new ClientReport.Reconnected(attempts));
    }
  }

  /** The user closes: no more attempts, and what has no answer fails. */
  void close(int code, String reason) {
    questions.end("the client was closed");
    dueAt = ClientQuestions.NEVER;
    to(ClientState.CLOSING);
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
    effects.report(new ClientReport.Closed(code, reason, clean));
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
    effects.report(new ClientReport.Failed(why));
    if (!back && !first) {
      effects.report(new ClientReport.ReconnectFailed(comeback.attempt()));
    }
  }

  private void comeBack(long now) {
    to(ClientState.WAITING);
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
    dueAt = ClientQuestions.NEVER;
    to(ClientState.CLOSED);
    questions.end(why);
  }

  private void to(ClientState next) {
    if (state != next) {
      state = next;
      effects.state(next);
    }
  }
}
