package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Question.Outcome;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a client asks and receives, across all its connections: questions go out, answers and
 * entries come in. Confined to the session's thread.
 *
 * <p>On each new connection, {@link ClientSession} calls {@link #speaks} when the socket is open,
 * {@link #resume} if there is a session, {@link #begin} on {@code welcome} or {@code resumed}, and
 * then {@link #pump}. Nothing is sent before that. Places, rooms, watched users and kept replies
 * outlive connections; {@code begin} brings them in line with what the server says. Only the
 * encoding and the IDs of questions belong to one connection.
 */
public final class Conversation {
  private final Settings settings;
  private final Lifecycle life;
  private final Questions questions;
  private final Effects effects;
  private final Places places = new Places();
  private final Rooms rooms;
  private final Statuses statuses;
  private final Answers answers;
  private final Replies replies;
  private Encoding encoding = Encoding.JSON; // of the current or last connection
  private SizeLimit limit = SizeLimit.NONE; // of the server in that encoding

  Conversation(
      Settings settings,
      Lifecycle life,
      Questions questions,
      DoubleSupplier draws,
      Effects effects) {
    this.settings = settings;
    this.life = life;
    this.questions = questions;
    this.effects = effects;
    this.rooms = new Rooms(questions, places, draws, effects, this::send);
    this.statuses = new Statuses(questions, effects, this::send);
    this.answers = new Answers(questions, places, rooms, statuses, draws);
    this.replies = new Replies(effects);
  }

  /** Returns the joined rooms, in the order of joining. */
  public List<String> rooms() {
    return List.copyOf(places.rooms());
  }

  /** Returns the message size limit of the current server, or of the last one. */
  public SizeLimit limit() {
    return limit;
  }

  /** Returns how full the queue is. */
  public QueueState queue(long now) {
    return questions.status(now);
  }

  /**
   * Sends a command, or queues it until there is a connection.
   *
   * @param unsent what a failure gives back
   * @param timeout in milliseconds; 0 for the default, negative for none
   * @return the question, for {@link #withdraw}
   * @throws UnsentException if the queue is full or the client is closed
   */
  public Question ask(
      long now, Command ask, @Nullable Object unsent, long timeout, Outcome outcome) {
    long deadline =
        timeout < 0 ? Questions.NEVER : now + (timeout == 0 ? settings.requestTimeout() : timeout);
    Question question = new Question(ask, unsent, now, deadline, outcome);
    if (life.over()) {
      throw UnsentException.closed(question.unsent());
    }
    questions.add(question, now);
    pump();
    return question;
  }

  /**
   * Sends a command that is stored elsewhere, in any state. Only an answer or its age ends it. It
   * survives lost connections, the end of this session and retryable refusals, and returns to its
   * position each time. It needs no room in the queue.
   *
   * @param since when the user asked
   * @param restored whether an earlier process stored it; then it waits until its rooms are joined
   */
  public void keep(
      long since, boolean restored, Command.Publish ask, @Nullable Object unsent, Outcome outcome) {
    Question question = new Question(ask, unsent, since, Questions.NEVER, outcome);
    question.durable = true;
    question.restored = restored;
    questions.keep(question);
    pump();
  }

  /** Takes a question back; its outcome is not called any more. */
  public void withdraw(Question question) {
    question.done = true;
    questions.withdraw(question);
    if (life.open()) {
      rooms.givenUp(question);
      pump();
    }
  }

  /**
   * Sends messages that wait for a batch to fill. Returns the outcomes of all unanswered messages.
   */
  public List<Outcome> flush() {
    List<Outcome> outcomes = questions.flush().stream().map(one -> one.outcome).toList();
    pump();
    return outcomes;
  }

  /**
   * Sends a fleeting message if there is a connection, and returns whether there is one.
   *
   * @throws UnsentException if it exceeds the server's size limit
   */
  public boolean fleeting(String type, @Nullable Address address, byte @Nullable [] data) {
    if (!life.open()) {
      return false;
    }
    limit.requireFleeting(type, address, data, type);
    effects.sendIfRoom(ClientMessages.fleeting(type, address, data));
    return true;
  }

  /**
   * Answers a {@link Report.Question} of this session, from whichever connection. An answer that
   * exceeds the server's size limit is replaced by a refusal and reported.
   */
  public void reply(Id id, Draft answer) {
    if (limit.fits(answer)) {
      replies.answered(id, answer, life.open());
      return;
    }
    RefusedException why =
        new RefusedException(
            ErrorCode.TOO_LARGE,
            "reply: too large (expected: at most %d bytes, the server's limit)"
                .formatted(limit.bytes()));
    replies.answered(id, ServerMessages.error(Refusal.of(id, why)), life.open());
    effects.report(new Report.Failed(why));
  }

  /** Sets the encoding of the connection that has just opened. */
  void speaks(Encoding agreed) {
    encoding = agreed;
    limit = new SizeLimit(agreed, limit.bytes());
  }

  /**
   * Returns the message that asks to resume the session. If the places in all rooms exceed the
   * server's size limit, it has only those of the other logs, and the rooms are joined again one by
   * one.
   */
  Draft resume(Ticket ticket) {
    long id = questions.nextId();
    Draft all = ticket.resume(id, places.all());
    if (limit.fits(all)) {
      return all;
    }
    rooms.unnamed();
    return ticket.resume(id, places.own());
  }

  /** A session has started or was resumed. */
  void begin(ControlReader.Session greeting, boolean resumed) {
    places.retainUser(greeting.user());
    if (greeting.limit() > 0) {
      limit = new SizeLimit(encoding, greeting.limit());
    }
    if (!resumed) {
      replies.clear();
    }
    rooms.begin(greeting, resumed);
    statuses.begin();
  }

  /** Sends what is waiting on a new connection, and then asks what was missed beside messages. */
  void resumeSending() {
    pump();
    rooms.refresh();
  }

  /** Does everything that is due by now. */
  void advance(long now) {
    List<Question> late = questions.expire(now);
    if (life.open()) {
      late.forEach(rooms::givenUp);
      rooms.advance(now);
      pump();
    }
  }

  /** Returns when {@link #advance} is needed. */
  long wakeAt() {
    return life.open() ? Math.min(questions.wakeAt(), rooms.wakeAt()) : questions.wakeAt();
  }

  /** Sends what is waiting, if there is a connection. */
  void pump() {
    if (life.open()) {
      questions.pump(rooms::takes, this::send);
    }
  }

  private void send(Long id, Command ask) {
    switch (ask) {
      case Command.Frame frame -> effects.send(id, frame);
      case Command.Streamed stream -> effects.send(id, stream);
      case Command.Answered answered -> say(id, answered);
    }
  }

  private void say(long id, Command.Answered ask) {
    Draft message = ClientMessages.ask(id, ask);
    try {
      limit.require(message, ask.bytes(), ask);
      effects.send(message);
    } catch (UnsentException tooLarge) {
      Question question = questions.take(Id.of(id));
      if (question != null) {
        question.failed(
            new UnsentException(String.valueOf(tooLarge.getMessage()), question.unsent()));
      }
    }
  }

  /** The message with this ID was handed to the kernel. */
  void written(long id) {
    Question question = questions.take(Id.of(id));
    if (question != null) {
      question.answered(new Answer.Written());
    }
    pump();
  }

  /** Handles any message from the server that does not concern the session itself. */
  void told(long now, Envelope envelope, byte[] message) {
    if (envelope.re() != null) {
      answers.answered(now, envelope.re(), envelope, encoding, message);
      pump();
      return;
    }
    JsonNode control = envelope.control();
    if (control == null) {
      if (envelope.timestamp() == 0) {
        return; // a control message of a later version
      }
      if (envelope.id() != null && envelope.addresses().isEmpty()) {
        replies.asked(envelope.id(), envelope);
      } else {
        message(envelope);
      }
      return;
    }
    switch (envelope.type()) {
      case "user_joined" -> rooms.rosters().noticed(ControlReader.presence(true, control));
      case "user_left" -> rooms.rosters().noticed(ControlReader.presence(false, control));
      case "user_status" -> statuses.told(ControlReader.statuses(control));
      case "users_changed" -> rooms.rosters().noticed(ControlReader.usersChanged(control));
      case "room_left" ->
          rooms.left(ControlReader.text(control, "room"), ControlReader.why(control));
      case "error" -> effects.report(new Report.Failed(Refusal.read(control)));
      case "ping" -> effects.send(ServerMessages.pong(envelope.id()));
      default -> {}
    }
  }

  private void message(Envelope envelope) {
    Address log = envelope.address();
    boolean logged = log != null && envelope.seq() > 0 && !envelope.fleeting();
    if (logged && log != null && (rooms.away(log) || !places.advance(log, envelope.seq()))) {
      return;
    }
    if (envelope.messageId() == null || !questions.noEcho(envelope.messageId())) {
      effects.report(new Report.Message(envelope));
    }
  }
}
