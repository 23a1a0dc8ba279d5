package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.internal.ClientQuestion.Outcome;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a client asks and is told, over all its connections: questions go out, answers and entries
 * come in. Confined to the session's thread.
 */
public final class ClientConversation {
  private final ClientSettings settings;
  private final ClientLife life;
  private final ClientQuestions questions;
  private final ClientEffects effects;
  private final ClientPlaces places = new ClientPlaces();
  private final ClientRooms rooms;
  private final ClientStatuses statuses;
  private final ClientAnswers answers;
  private final ClientReplies replies;
  private Encoding encoding = Encoding.JSON;
  private ClientLimit limit = ClientLimit.NONE;
  private String user = "";

  ClientConversation(
      ClientSettings settings,
      ClientLife life,
      ClientQuestions questions,
      DoubleSupplier draws,
      ClientEffects effects) {
    this.settings = settings;
    this.life = life;
    this.questions = questions;
    this.effects = effects;
    this.rooms = new ClientRooms(questions, places, draws, effects, this::send);
    this.statuses = new ClientStatuses(questions, effects, this::send);
    this.answers = new ClientAnswers(questions, places, rooms, statuses, draws);
    this.replies = new ClientReplies(effects);
  }

  /** The rooms it is in, in the order of joining. */
  public List<String> rooms() {
    return List.copyOf(places.rooms());
  }

  /** How large a message the present server takes, or the last one. */
  public ClientLimit limit() {
    return limit;
  }

  /** What waits for an answer. */
  public ClientQueueStatus queue(long now) {
    return questions.status(now);
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
      long now, ClientCommand ask, @Nullable Object unsent, long timeout, Outcome outcome) {
    long deadline =
        timeout < 0
            ? ClientQuestions.NEVER
            : now + (timeout == 0 ? settings.requestTimeout() : timeout);
    ClientQuestion question = new ClientQuestion(ask, unsent, now, deadline, outcome);
    if (life.over()) {
      throw UnsentException.closed(question.unsent());
    }
    questions.add(question, now);
    pump();
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
      long since,
      boolean restored,
      ClientCommand.Publish ask,
      @Nullable Object unsent,
      Outcome outcome) {
    ClientQuestion question =
        new ClientQuestion(ask, unsent, since, ClientQuestions.NEVER, outcome);
    question.durable = true;
    question.restored = restored;
    questions.keep(question);
    pump();
  }

  /** Takes a question back; its outcome is not called any more. */
  public void withdraw(ClientQuestion question) {
    question.done = true;
    questions.withdraw(question);
    if (life.open()) {
      rooms.givenUp(question);
      pump();
    }
  }

  /** Sends what only waits for others to go with. Returns whose answers are still to come. */
  public List<Outcome> flush() {
    List<Outcome> outcomes = questions.flush().stream().map(one -> one.outcome).toList();
    pump();
    return outcomes;
  }

  /**
   * Sends something that is worth nothing later. Whether there was a connection to send it on.
   *
   * @throws UnsentException if the server would not take so much
   */
  public boolean fleeting(String type, @Nullable Address address, byte @Nullable [] data) {
    if (!life.open()) {
      return false;
    }
    limit.requireFleeting(type, address, data, type);
    effects.sendIfRoom(ClientWrites.fleeting(type, address, data));
    return true;
  }

  /**
   * Answers a {@link ClientReport.Question}, of whatever connection of this session. An answer that
   * the server would not take becomes a refusal, and is reported.
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
    effects.report(new ClientReport.Failed(why));
  }

  /** From now on, that is how what is sent will be written. */
  void speaks(Encoding agreed) {
    encoding = agreed;
    limit = new ClientLimit(agreed, limit.bytes());
  }

  /**
   * What asks to go on with a session. If the places in all rooms are more than the server takes in
   * one message, it has only those of the other logs, and the rooms are joined again one by one.
   */
  Draft resume(ClientTicket ticket) {
    long id = questions.nextId();
    Draft all = ticket.resume(id, places.all());
    if (limit.fits(all)) {
      return all;
    }
    rooms.unnamed();
    return ticket.resume(id, places.own());
  }

  /** A session begins, or goes on. */
  void begin(ClientReads.Session greeting, boolean resumed) {
    user = greeting.user();
    places.retainUser(user);
    if (greeting.limit() > 0) {
      limit = new ClientLimit(encoding, greeting.limit());
    }
    if (!resumed) {
      replies.clear();
    }
    rooms.begin(greeting, resumed);
    statuses.begin();
  }

  /** Does what is due by now. */
  void advance(long now) {
    List<ClientQuestion> late = questions.expire(now);
    if (life.open()) {
      late.forEach(rooms::givenUp);
      rooms.advance(now);
      pump();
    }
  }

  /** When {@link #advance} is needed. */
  long wakeAt() {
    return life.open() ? Math.min(questions.wakeAt(), rooms.wakeAt()) : questions.wakeAt();
  }

  /** Sends what waits, if there is a connection. */
  void pump() {
    if (life.open()) {
      questions.pump(rooms::takes, this::send);
    }
  }

  private void send(Long id, ClientCommand ask) {
    switch (ask) {
      case ClientCommand.Frame frame -> effects.send(id, frame);
      case ClientCommand.Streamed stream -> effects.send(id, stream);
      case ClientCommand.Answered answered -> say(id, answered);
    }
  }

  private void say(long id, ClientCommand.Answered ask) {
    Draft message = ClientWrites.ask(id, ask);
    try {
      limit.require(message, ask.bytes(), ask);
      effects.send(message);
    } catch (UnsentException tooLarge) {
      ClientQuestion question = questions.take(Id.of(id));
      if (question != null) {
        question.failed(
            new UnsentException(String.valueOf(tooLarge.getMessage()), question.unsent()));
      }
    }
  }

  /** A message is with the kernel. */
  void written(long id) {
    ClientQuestion question = questions.take(Id.of(id));
    if (question != null) {
      question.answered(new ClientAnswer.Written());
    }
    pump();
  }

  /** Anything the server says, but for what concerns the session itself. */
  void told(long now, Envelope envelope, byte[] message) {
    if (envelope.re() != null) {
      answers.answered(now, envelope.re(), envelope, encoding, message);
      pump();
      return;
    }
    JsonNode control = envelope.control();
    if (control == null) {
      if (envelope.id() != null && envelope.addresses().isEmpty()) {
        replies.asked(envelope.id(), envelope);
      } else {
        message(envelope);
      }
      return;
    }
    switch (envelope.type()) {
      case "user_joined" -> effects.report(ClientReads.presence(true, control));
      case "user_left" -> effects.report(ClientReads.presence(false, control));
      case "user_status" -> statuses.told(ClientReads.statuses(control));
      case "users_changed" -> changed(ClientReads.usersChanged(control));
      case "room_left" -> rooms.left(ClientReads.text(control, "room"));
      case "error" -> effects.report(new ClientReport.Failed(ClientReads.refused(control)));
      case "ping" -> effects.send(ServerMessages.pong(envelope.id()));
      default -> {}
    }
  }

  /** One message to all of a large room: those who are named come and go one by one here. */
  private void changed(ClientReport.UsersChanged all) {
    for (String came : all.joined()) {
      if (!came.equals(user)) {
        effects.report(new ClientReport.Presence(true, all.room(), came, all.count()));
      }
    }
    for (String gone : all.left()) {
      effects.report(new ClientReport.Presence(false, all.room(), gone, all.count()));
    }
    effects.report(all);
  }

  private void message(Envelope envelope) {
    Address log = envelope.addresses().isEmpty() ? null : envelope.addresses().get(0);
    boolean logged = log != null && envelope.seq() > 0 && !envelope.fleeting();
    if (logged && log != null && (rooms.away(log) || !places.advance(log, envelope.seq()))) {
      return;
    }
    if (envelope.messageId() == null || !questions.noEcho(envelope.messageId())) {
      effects.report(new ClientReport.Message(envelope));
    }
  }
}
