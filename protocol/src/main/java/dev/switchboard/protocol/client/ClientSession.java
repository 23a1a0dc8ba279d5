package dev.switchboard.protocol.client;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Refusal;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's state machine, from its first connection through all reconnects to its end ({@code
 * spec/protocol.md#9-coming-back}). Inputs are method calls with the time in milliseconds; outputs
 * go to {@link Effects}. What the user asks for goes to the {@link #conversation}. After each
 * input, {@link #wakeAt} tells when to call {@link #advance} at the latest. Confined to one thread.
 *
 * <pre>
 * IDLE ──connect──▶ CONNECTING ──welcome, resumed──▶ OPEN ──close──▶ CLOSING ──▶ CLOSED
 *                    ▲      │                          │
 *                 retry   failed                     lost
 *                    │      ▼                          │
 *                    └── WAITING ◀─────────────────────┘
 * </pre>
 *
 * <p>A failed attempt or a lost connection leads to CLOSED instead of WAITING if retrying can't
 * help or attempts are used up, and {@link #connect} starts over from CLOSED. {@link Lifecycle}
 * makes these transitions.
 *
 * <p>Each socket has a number, and events of any socket but the current one are ignored. A socket
 * can therefore be replaced without waiting for its end, and an event that was already queued for
 * the old one does no harm.
 */
public final class ClientSession {
  private final Settings settings;
  private final boolean greeted;
  private final Effects effects;
  private final Reconnection comeback;
  private final Questions questions;
  private final Authentication authentication;
  private final Lifecycle life;
  private final Pings heartbeat;
  private final Conversation conversation;
  private final Ticket ticket = new Ticket();
  private Encoding encoding = Encoding.JSON; // of the current socket, once it is open

  /** A client that was never connected, and has no tokens. */
  public ClientSession(Settings settings, boolean greeted, DoubleSupplier draws, Effects effects) {
    this(settings, greeted, Tokens.NONE, draws, effects);
  }

  /**
   * Creates a client that has not connected yet.
   *
   * @param greeted whether the server is Switchboard, so that a session starts with {@code welcome}
   * @param tokens how the client proves who it is
   * @param draws random numbers from 0 to 1, for the jitter
   */
  public ClientSession(
      Settings settings, boolean greeted, Tokens tokens, DoubleSupplier draws, Effects effects) {
    this.settings = settings;
    this.greeted = greeted;
    this.effects = effects;
    this.comeback = new Reconnection(settings.backoff(), draws);
    this.questions = new Questions(settings);
    this.authentication = new Authentication(tokens, settings, questions, draws, effects);
    this.life = new Lifecycle(comeback, authentication, questions, effects);
    this.heartbeat = new Pings(settings.heartbeat(), questions, effects);
    this.conversation = new Conversation(settings, life, questions, draws, effects);
  }

  /** Returns the state. */
  public SessionState state() {
    return life.state();
  }

  /** Returns the conversation, which spans all connections. */
  public Conversation conversation() {
    return conversation;
  }

  /** Whether the server has taken a token on the present connection. */
  public boolean authenticated() {
    return authentication.authenticated();
  }

  /** Returns when {@link #advance} is needed; {@code Long.MAX_VALUE} means never. */
  public long wakeAt() {
    long next = Math.min(authentication.wakeAt(), Math.min(life.dueAt(), conversation.wakeAt()));
    return life.open() ? Math.min(next, heartbeat.wakeAt()) : next;
  }

  /** The user connects, or does not want to wait for the next attempt. */
  public void connect(long now) {
    switch (life.state()) {
      case IDLE, CLOSED -> life.connect(now);
      case WAITING -> life.retry(now);
      case CONNECTING, OPEN, CLOSING -> {}
    }
  }

  /** The user wants a new connection, whatever the state of the current one. */
  public void reconnect(long now) {
    if (life.open()) {
      effects.close(4000, "reconnect");
      life.lost(now, 4000, "reconnect", true, true);
    }
    connect(now);
  }

  /** The user doubts the open connection: asks the other side at once, and gives it 2.5 s. */
  public void probe(long now) {
    if (life.open()) {
      heartbeat.probe(now);
    }
  }

  /** The user closes the client: there are no more attempts, and unanswered questions fail. */
  public void close(long now, int code, String reason) {
    switch (life.state()) {
      case OPEN -> life.close(code, reason);
      case CONNECTING -> {
        boolean first = life.first();
        life.end("the client was closed");
        if (first) {
          effects.report(new Report.Failed(failure("connect: closed before it was open", true)));
        }
      }
      case IDLE, WAITING -> life.end("the client was closed");
      case CLOSING, CLOSED -> {}
    }
  }

  /** The user closes the client without a close handshake. */
  public void forceClose(long now) {
    switch (life.state()) {
      case OPEN, CLOSING -> {
        life.end("the client was closed");
        effects.report(new Report.Closed(1006, "", false));
      }
      default -> close(now, 1000, "");
    }
  }

  /** A socket is open, and both sides have agreed on an encoding. */
  public void opened(long now, int number, Encoding agreed) {
    if (!life.present(number) || life.state() != SessionState.CONNECTING) {
      return;
    }
    life.opened(now + settings.welcomeTimeout());
    encoding = agreed;
    conversation.speaks(agreed);
    authentication.opened();
    if (!greeted) {
      begun(now, new Report.Opened("", "", false));
    } else if (ticket.valid()) {
      effects.send(conversation.resume(ticket));
    }
  }

  /** The token that was asked for with that number. */
  public void token(long now, int request, String token) {
    unproved(now, authentication.token(now, request, token));
  }

  /** There is no token to be had; {@code why} becomes the reason of what fails for it. */
  public void noToken(long now, int request, ConnectFailedException why) {
    unproved(now, authentication.noToken(now, request, why));
  }

  /**
   * A socket could not be opened. {@code retryAfter} is in milliseconds, -1 if the server did not
   * send it.
   */
  public void failed(long now, int number, ConnectFailedException why, long retryAfter) {
    if (!life.present(number) || life.state() != SessionState.CONNECTING) {
      return;
    }
    comeback.ask(retryAfter);
    if (authentication.refusedBy(why.status())) {
      refused(now, String.valueOf(why.getMessage()), why);
    } else {
      life.failed(now, why);
    }
  }

  /** The server does not take the token of the present attempt: another may do, once. */
  private void refused(long now, String message, @Nullable ConnectFailedException cause) {
    String why = authentication.why(message);
    if (authentication.refused()) {
      effects.report(new Report.AuthFailed(why, true));
      life.again(now);
    } else {
      int status = cause == null ? 0 : cause.status();
      unproved(now, new ConnectFailedException("token refused: " + why, status, false, cause));
    }
  }

  /** The present attempt has failed for its token, or for want of one, if {@code why} is given. */
  private void unproved(long now, @Nullable ConnectFailedException why) {
    if (why == null) {
      return;
    }
    effects.report(new Report.AuthFailed(String.valueOf(why.getMessage()), life.goesOnAfter(why)));
    life.failed(now, why);
  }

  /** A socket was closed with this code, or lost without a close frame (1006). */
  public void closed(long now, int number, int code, String reason, boolean clean) {
    if (!life.present(number)) {
      return;
    }
    switch (life.state()) {
      case OPEN -> lost(now, code, reason, clean);
      case CLOSING -> {
        life.end("the client was closed");
        effects.report(new Report.Closed(code, reason, clean));
      }
      case CONNECTING -> {
        comeback.closed(now, code, reason);
        String what = "connect: " + closedWith(code, reason);
        if (authentication.refusedBy(code)) {
          refused(now, what, null);
          return;
        }
        boolean back = CloseCode.comesBack(code);
        if (!back) {
          effects.report(new Report.Closed(code, reason, clean));
        }
        life.failed(now, failure(what, back));
      }
      case IDLE, WAITING, CLOSED -> {}
    }
  }

  /** The open connection has ended; with another token it may come back even from 4501. */
  private void lost(long now, int code, String reason, boolean clean) {
    boolean refused = authentication.refusedBy(code);
    if (refused) {
      String why = authentication.why(closedWith(code, reason));
      effects.report(new Report.AuthFailed(why, life.another()));
    }
    life.lost(now, code, reason, clean, refused || CloseCode.comesBack(code));
    if (refused) {
      authentication.refused();
    }
  }

  private static String closedWith(int code, String reason) {
    return "closed with " + code + (reason.isEmpty() ? "" : " " + reason);
  }

  /** A text or binary message arrived. */
  public void received(long now, int number, boolean binary, byte[] message) {
    if (!life.hears(number)) {
      return;
    }
    heartbeat.heard(now);
    if (!greeted) {
      effects.report(binary ? new Report.Binary(message) : new Report.Text(message));
      return;
    }
    if (binary != encoding.binary()) {
      return;
    }
    Envelope envelope;
    try {
      envelope = encoding.read(message);
    } catch (Envelope.MalformedEnvelope malformed) {
      String what = "received an invalid message: " + malformed.getMessage();
      effects.report(new Report.Failed(failure(what, false)));
      return;
    }
    switch (life.state()) {
      case CONNECTING -> greeted(now, envelope);
      case OPEN -> told(now, envelope, message);
      default -> {}
    }
  }

  /** A piece of a binary message arrived. */
  public void receivedPiece(long now, int number, byte[] payload, boolean last) {
    heard(now, number);
    if (life.hears(number) && !greeted) {
      effects.report(new Report.Piece(payload, last));
    }
  }

  /** The message with this ID was handed to the kernel. */
  public void written(long now, int number, long id) {
    if (life.present(number) && life.open()) {
      conversation.written(id);
    }
  }

  /** Anything else arrived: a ping, or a part of a message. */
  public void heard(long now, int number) {
    if (life.present(number)) {
      heartbeat.heard(now);
    }
  }

  /** A pong frame arrived. */
  public void ponged(long now, int number) {
    if (life.present(number) && life.open()) {
      heartbeat.ponged(now);
    }
  }

  /** Does everything that is due by now. */
  public void advance(long now) {
    conversation.advance(now);
    if (life.open() && !heartbeat.beat(now)) {
      int code = CloseCode.NO_HEARTBEAT.code();
      effects.close(code, "no answer to ping");
      life.lost(now, code, "no answer to ping", false, true);
    }
    unproved(now, authentication.advance(now));
    if (!life.due(now)) {
      return;
    }
    switch (life.state()) {
      case WAITING -> life.retry(now);
      case CONNECTING ->
          life.failed(
              now,
              failure(
                  "connect: no welcome in time (expected: a server that speaks switchboard.v1)",
                  true));
      default -> {}
    }
  }

  private void greeted(long now, Envelope envelope) {
    if (envelope.control() == null || authentication.told(now, envelope)) {
      return;
    }
    switch (envelope.type()) {
      case "welcome", "resumed" -> {
        boolean resumed = envelope.type().equals("resumed");
        if (ticket.answeredBy(envelope) || (!resumed && !ticket.valid())) {
          welcomed(now, ControlReader.session(envelope.control()), resumed);
        }
      }
      case "error" -> {
        RefusedException why = Refusal.read(envelope.control());
        if (ticket.answeredBy(envelope)) {
          notResumed(now, why);
        } else {
          effects.report(new Report.Failed(why));
        }
      }
      default -> {}
    }
  }

  private void notResumed(long now, RefusedException why) {
    if (why.retryable()) {
      comeback.ask(ControlReader.retryAfter(why));
    } else {
      ticket.tear();
    }
    life.failed(now, new ConnectFailedException("resume: " + why.getMessage(), 0, true, why));
  }

  private void welcomed(long now, ControlReader.Session greeting, boolean resumed) {
    ticket.renew(greeting);
    conversation.begin(greeting, resumed);
    begun(now, new Report.Opened(greeting.session(), greeting.user(), resumed));
    greeting.mismatch(settings.protocol()).ifPresent(effects::report);
  }

  private void begun(long now, Report.Opened opened) {
    heartbeat.start(now);
    life.begun(now, opened);
    conversation.resumeSending();
  }

  private void told(long now, Envelope envelope, byte[] message) {
    if (authentication.told(now, envelope)) {
      return;
    }
    switch (envelope.type()) {
      case "pong" -> heartbeat.ponged(now, envelope.re());
      case "going_away" -> {
        if (envelope.control() != null) {
          long after = Math.max(0, ControlReader.number(envelope.control(), "after"));
          comeback.ask(after);
          effects.report(new Report.GoingAway(after));
        }
      }
      default -> conversation.told(now, envelope, message);
    }
  }

  private static ConnectFailedException failure(String message, boolean retryable) {
    return new ConnectFailedException(message, 0, retryable, null);
  }
}
