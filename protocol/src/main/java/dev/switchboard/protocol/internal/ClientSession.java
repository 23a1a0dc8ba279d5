package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.internal.ClientQuestion.Outcome;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of a client, from its first connection over all further ones to its end ({@code
 * spec/protocol.md#9-coming-back}). Inputs are method calls with the time in milliseconds; what is
 * to be done about them goes to {@link ClientEffects}. After each input {@link #wakeAt} says when
 * {@link #advance} is to be called at the latest. Confined to one thread.
 *
 * <p>Sockets are numbered: what comes from one that is no longer the present one is ignored.
 */
public final class ClientSession {
  private static final long NEVER = ClientQuestions.NEVER;

  private final ClientSettings settings;
  private final boolean greeted;
  private final ClientComeback comeback;
  private final ClientEffects effects;
  private final ClientQuestions questions;
  private final ClientPlaces places = new ClientPlaces();
  private final ClientHeartbeat heartbeat;
  private final ClientConversation conversation;
  private final ClientTicket ticket = new ClientTicket();

  private ClientState state = ClientState.IDLE;
  private Encoding encoding = Encoding.JSON;
  private int connection;
  private boolean socketOpen;
  private long dueAt = NEVER;

  /**
   * A client that was never connected.
   *
   * @param greeted whether the server is ours, so that a session begins with {@code welcome}
   * @param draws numbers from 0 to 1 for the jitter
   */
  public ClientSession(
      ClientSettings settings, boolean greeted, DoubleSupplier draws, ClientEffects effects) {
    this.settings = settings;
    this.greeted = greeted;
    this.comeback = new ClientComeback(settings.backoff(), draws);
    this.effects = effects;
    this.questions = new ClientQuestions(settings);
    this.heartbeat = new ClientHeartbeat(settings.heartbeat(), questions, effects);
    this.conversation = new ClientConversation(questions, places, effects);
  }

  /** Where it is. */
  public ClientState state() {
    return state;
  }

  /** The rooms it is in, in the order of joining. */
  public List<String> rooms() {
    return List.copyOf(places.rooms());
  }

  /** What waits for an answer. */
  public ClientQueueStatus queue(long now) {
    return questions.status(now);
  }

  /** Sends what only waits for others to go with. Returns whose answers are still to come. */
  public List<Outcome> flush() {
    List<Outcome> outcomes = questions.flush().stream().map(one -> one.outcome).toList();
    if (state == ClientState.OPEN) {
      conversation.pump();
    }
    return outcomes;
  }

  /** When {@link #advance} is needed; {@code Long.MAX_VALUE} for never. */
  public long wakeAt() {
    long next = Math.min(dueAt, questions.wakeAt());
    return state == ClientState.OPEN ? Math.min(next, heartbeat.wakeAt()) : next;
  }

  /** The user connects, or does not want to wait for the next attempt. */
  public void connect(long now) {
    switch (state) {
      case IDLE, CLOSED -> {
        comeback.reset();
        openSocket();
      }
      case WAITING -> retry();
      case CONNECTING, OPEN, CLOSING -> {}
    }
  }

  /** The user wants a new connection, whatever the present one is like. */
  public void reconnect(long now) {
    if (state == ClientState.OPEN) {
      effects.close(4000, "reconnect");
      lost(now, 4000, "reconnect", true);
    }
    connect(now);
  }

  /** The user closes: no more attempts, and what has no answer fails. */
  public void close(long now, int code, String reason) {
    switch (state) {
      case OPEN -> {
        questions.end("the client was closed");
        dueAt = NEVER;
        to(ClientState.CLOSING);
        effects.close(code, reason);
      }
      case CONNECTING -> {
        boolean first = comeback.attempt() == 0;
        abandon();
        end("the client was closed");
        if (first) {
          effects.report(failure("connect: closed before it was open", true));
        }
      }
      case WAITING -> end("the client was closed");
      case IDLE -> end("the client was closed");
      case CLOSING, CLOSED -> {}
    }
  }

  /** The user closes without a handshake. */
  public void forceClose(long now) {
    switch (state) {
      case OPEN, CLOSING -> {
        abandon();
        end("the client was closed");
        effects.report(new ClientReport.Closed(1006, "", false));
      }
      default -> close(now, 1000, "");
    }
  }

  /** A socket is open, and both sides agreed on an encoding. */
  public void opened(long now, int number, Encoding agreed) {
    if (number != connection || state != ClientState.CONNECTING) {
      return;
    }
    socketOpen = true;
    encoding = agreed;
    conversation.speaks(agreed);
    if (!greeted) {
      begun(now, new ClientReport.Opened("", "", false));
      return;
    }
    dueAt = now + settings.welcomeTimeout();
    if (ticket.valid()) {
      effects.send(ticket.resume(questions.nextId(), places.all()));
    }
  }

  /** A socket could not be opened. {@code retryAfter} in milliseconds, -1 if nobody said. */
  public void failed(long now, int number, ConnectException why, long retryAfter) {
    if (number == connection && state == ClientState.CONNECTING) {
      comeback.ask(retryAfter);
      failedAttempt(now, why);
    }
  }

  /** A socket has ended, with a close frame or without (1006). */
  public void closed(long now, int number, int code, String reason, boolean clean) {
    if (number != connection) {
      return;
    }
    switch (state) {
      case OPEN -> lost(now, code, reason, clean);
      case CLOSING -> {
        abandon();
        end("the client was closed");
        effects.report(new ClientReport.Closed(code, reason, clean));
      }
      case CONNECTING -> {
        comeback.closed(code, reason);
        boolean back = CloseCode.comesBack(code);
        if (!back) {
          effects.report(new ClientReport.Closed(code, reason, clean));
        }
        failedAttempt(
            now,
            new ConnectException(
                "connect: closed with " + code + (reason.isEmpty() ? "" : " " + reason),
                0,
                back,
                null));
      }
      case IDLE, WAITING, CLOSED -> {}
    }
  }

  /** A message came, text or binary. */
  public void received(long now, int number, boolean binary, byte[] message) {
    if (number != connection || !socketOpen) {
      return;
    }
    heartbeat.heard(now);
    if (!greeted) {
      effects.report(binary ? new ClientReport.Binary(message) : new ClientReport.Text(message));
      return;
    }
    if (binary != encoding.binary()) {
      return;
    }
    Envelope envelope;
    try {
      envelope = encoding.read(message);
    } catch (Envelope.MalformedEnvelope malformed) {
      effects.report(failure("message: not readable: " + malformed.getMessage(), false));
      return;
    }
    switch (state) {
      case CONNECTING -> greeted(now, envelope);
      case OPEN -> told(now, envelope, message);
      default -> {}
    }
  }

  /** A piece of a binary message came. */
  public void receivedPiece(long now, int number, byte[] payload, boolean last) {
    heard(now, number);
    if (number == connection && socketOpen && !greeted) {
      effects.report(new ClientReport.Piece(payload, last));
    }
  }

  /** A message that was sent with that id is with the kernel. */
  public void written(long now, int number, long id) {
    if (number == connection && state == ClientState.OPEN) {
      conversation.written(id);
    }
  }

  /** Anything else came: a ping, a part of a message. */
  public void heard(long now, int number) {
    if (number == connection) {
      heartbeat.heard(now);
    }
  }

  /** A pong frame came. */
  public void ponged(long now, int number) {
    if (number == connection && state == ClientState.OPEN) {
      heartbeat.ponged(now);
    }
  }

  /**
   * Asks for an answer. It waits for a connection if there is none.
   *
   * @param unsent what a failure is to give back
   * @param timeout in milliseconds; 0 for the setting's, below 0 for none
   * @return for {@link #withdraw}
   * @throws UnsentException if there is no room in the queue, or the client is closed
   */
  public ClientQuestion ask(
      long now, ClientAsk ask, @Nullable Object unsent, long timeout, Outcome outcome) {
    long deadline =
        timeout < 0 ? NEVER : now + (timeout == 0 ? settings.requestTimeout() : timeout);
    ClientQuestion question = new ClientQuestion(ask, unsent, now, deadline, outcome);
    if (state == ClientState.CLOSED || state == ClientState.CLOSING) {
      throw new UnsentException(
          "state: " + state + " (expected: a client that is not closed)", question.unsent());
    }
    questions.add(question, now);
    if (state == ClientState.OPEN) {
      conversation.pump();
    }
    return question;
  }

  /**
   * Asks for something that is kept elsewhere, in whatever state. Only an answer ends it, or its
   * age: it outlives connections and the end of this session, refusals that trying again can help,
   * and goes where it was. It needs no room in the queue.
   *
   * @param since when the user asked
   * @param restored whether an earlier process did; then it waits until its rooms are joined
   */
  public void keep(
      long now,
      long since,
      boolean restored,
      ClientAsk.Publish ask,
      @Nullable Object unsent,
      Outcome outcome) {
    ClientQuestion question = new ClientQuestion(ask, unsent, since, NEVER, outcome);
    question.durable = true;
    question.restored = restored;
    questions.keep(question);
    if (state == ClientState.OPEN) {
      conversation.pump();
    }
  }

  /** Takes a question back; its outcome is not called any more. */
  public void withdraw(ClientQuestion question) {
    question.done = true;
    questions.withdraw(question);
    if (state == ClientState.OPEN) {
      conversation.givenUp(question);
      conversation.pump();
    }
  }

  /** Sends something that is worth nothing later. Whether there was a connection to send it on. */
  public boolean fleeting(String type, @Nullable Address address, byte @Nullable [] data) {
    if (state != ClientState.OPEN) {
      return false;
    }
    effects.sendIfRoom(ClientWrites.fleeting(type, address, data));
    return true;
  }

  /** Answers a {@link ClientReport.Question}, of whatever connection of this session. */
  public void reply(Id id, Draft answer) {
    conversation.reply(id, answer, state == ClientState.OPEN);
  }

  /** Does what is due by now. */
  public void advance(long now) {
    List<ClientQuestion> late = questions.expire(now);
    if (state == ClientState.OPEN) {
      late.forEach(conversation::givenUp);
      conversation.pump();
      if (!heartbeat.beat(now)) {
        int code = CloseCode.NO_HEARTBEAT.code();
        effects.close(code, "no answer to ping");
        lost(now, code, "no answer to ping", false);
      }
    }
    if (now < dueAt) {
      return;
    }
    dueAt = NEVER;
    switch (state) {
      case WAITING -> retry();
      case CONNECTING -> {
        abandon();
        failedAttempt(
            now,
            new ConnectException(
                "connect: no welcome in time (expected: a server that speaks switchboard.v1)",
                0,
                true,
                null));
      }
      default -> {}
    }
  }

  private void greeted(long now, Envelope envelope) {
    if (envelope.control() == null) {
      return;
    }
    switch (envelope.type()) {
      case "welcome" -> {
        if (!ticket.valid() || ticket.answeredBy(envelope)) {
          welcomed(now, ClientReads.session(envelope.control()), false);
        }
      }
      case "resumed" -> {
        if (ticket.answeredBy(envelope)) {
          welcomed(now, ClientReads.session(envelope.control()), true);
        }
      }
      case "error" -> {
        RefusedException why = ClientReads.refused(envelope.control());
        if (ticket.answeredBy(envelope)) {
          notResumed(now, why);
        } else {
          effects.report(new ClientReport.Failed(why));
        }
      }
      default -> {}
    }
  }

  private void notResumed(long now, RefusedException why) {
    if (!why.retryable()) {
      ticket.tear();
    }
    failedAttempt(now, new ConnectException("resume: " + why.getMessage(), 0, true, why));
  }

  private void welcomed(long now, ClientReads.Session greeting, boolean resumed) {
    boolean anew = ticket.valid() && !resumed;
    ticket.renew(greeting);
    dueAt = NEVER;
    conversation.begin(greeting, resumed, anew);
    begun(now, new ClientReport.Opened(greeting.session(), greeting.user(), resumed));
  }

  private void begun(long now, ClientReport.Opened opened) {
    int attempts = comeback.attempt();
    heartbeat.start(now);
    to(ClientState.OPEN);
    effects.report(opened);
    if (attempts > 0) {
      comeback.reset();
      effects.report(new ClientReport.Reconnected(attempts));
    }
    conversation.pump();
  }

  private void told(long now, Envelope envelope, byte[] message) {
    switch (envelope.type()) {
      case "pong" -> heartbeat.ponged(now, envelope.re());
      case "going_away" -> {
        if (envelope.control() != null) {
          long after = Math.max(0, ClientReads.number(envelope.control(), "after"));
          comeback.ask(after);
          effects.report(new ClientReport.GoingAway(after));
        }
      }
      default -> conversation.told(now, envelope, encoding, message);
    }
  }

  private void lost(long now, int code, String reason, boolean clean) {
    abandon();
    questions.lost();
    comeback.closed(code, reason);
    boolean back = CloseCode.comesBack(code) && comeback.another();
    if (back) {
      to(ClientState.WAITING);
      dueAt = now + comeback.delay();
    } else {
      end("the connection was closed with " + code);
    }
    effects.report(new ClientReport.Closed(code, reason, clean));
  }

  private void failedAttempt(long now, ConnectException why) {
    abandon();
    questions.lost();
    boolean first = comeback.attempt() == 0;
    boolean back = !first && why.retryable() && comeback.another();
    if (back) {
      to(ClientState.WAITING);
      dueAt = now + comeback.delay();
    } else {
      end("no connection: " + why.getMessage());
    }
    effects.report(new ClientReport.Failed(why));
    if (!back && !first) {
      effects.report(new ClientReport.ReconnectFailed(comeback.attempt()));
    }
  }

  private void retry() {
    effects.report(new ClientReport.Reconnecting(comeback.next()));
    openSocket();
  }

  private void openSocket() {
    connection++;
    socketOpen = false;
    dueAt = NEVER;
    to(ClientState.CONNECTING);
    effects.connect(connection);
  }

  /** Whatever the present socket still does, it is no longer the present one. */
  private void abandon() {
    connection++;
    socketOpen = false;
    ticket.lost();
    effects.abandon();
  }

  private void end(String why) {
    dueAt = NEVER;
    to(ClientState.CLOSED);
    questions.end(why);
  }

  private void to(ClientState next) {
    if (state != next) {
      state = next;
      effects.state(next);
    }
  }

  private static ClientReport.Failed failure(String message, boolean retryable) {
    return new ClientReport.Failed(new ConnectException(message, 0, retryable, null));
  }
}
