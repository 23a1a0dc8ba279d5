package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.internal.Envelope.MalformedEnvelope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an open session says and is told: questions go out, answers and entries come in. Confined to
 * the session's thread.
 */
final class ClientConversation {
  /** When a message that is kept is tried again if the server does not say, in milliseconds. */
  private static final long RETRY_DELAY = 1_000;

  private static final long MAX_RETRY_DELAY = 600_000;

  private static final ClientQuestion.Outcome NOBODY =
      new ClientQuestion.Outcome() {
        @Override
        public void answered(ClientAnswer answer) {}

        @Override
        public void failed(SwitchboardException why) {}
      };

  private Encoding encoding = Encoding.JSON;
  private final ClientQuestions questions;
  private final ClientPlaces places;
  private final ClientEffects effects;
  private long limit;
  private final ClientReplies replies;

  ClientConversation(ClientQuestions questions, ClientPlaces places, ClientEffects effects) {
    this.questions = questions;
    this.places = places;
    this.effects = effects;
    this.replies = new ClientReplies(effects);
  }

  /** From now on, that is how what is sent will be written. */
  void speaks(Encoding agreed) {
    encoding = agreed;
  }

  void pump() {
    questions.pump(this::sendable, this::send);
  }

  /** Whether all rooms that a message goes to are joined. */
  private boolean sendable(ClientAsk ask) {
    return !(ask instanceof ClientAsk.Publish publish)
        || publish.addresses().stream()
            .allMatch(address ->
                !(address instanceof Address.Room room) || places.rooms().contains(room.name()));
  }

  private void send(Long id, ClientAsk ask) {
    switch (ask) {
      case ClientAsk.Frame frame -> effects.send(id, frame);
      case ClientAsk.Streamed stream -> effects.send(id, stream);
      case ClientAsk.Answered answered -> say(id, answered);
    }
  }

  private void say(long id, ClientAsk.Answered ask) {
    Draft message = ClientWrites.ask(id, ask);
    boolean large = limit > 0 && 4L * ask.bytes() > limit; // only then is it worth writing it twice
    int bytes = large ? encoding.write(message).length : 0;
    ClientQuestion question = bytes > limit ? questions.take(Id.of(id)) : null;
    if (question == null) {
      effects.send(message);
    } else {
      question.failed(
          new UnsentException(
              "message: %d bytes (expected: at most %d, the server's limit)"
                  .formatted(bytes, limit),
              question.unsent()));
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

  /** A session begins, goes on, or begins {@code anew} because the former one is gone. */
  void begin(ClientReads.Session greeting, boolean resumed, boolean anew) {
    places.retainUser(greeting.user());
    limit = greeting.limit() > 0 ? greeting.limit() : limit;
    if (!resumed) {
      replies.clear();
    }
    for (Answers.LogState log : greeting.logs()) {
      if (places.state(log)) {
        effects.report(new ClientReport.Gap(log.address()));
      }
    }
    List<String> rooms = List.copyOf(places.rooms());
    if (resumed) {
      rooms.stream().filter(room -> !named(greeting, room)).forEach(this::left);
      greeting.logs().stream()
          .filter(log -> log.address() instanceof Address.Room)
          .forEach(log -> notWanted(((Address.Room) log.address()).name()));
    } else if (anew) {
      dropLeaves();
      List.copyOf(places.rooms()).forEach(this::rejoin);
    }
  }

  /** A question failed for want of an answer, or nobody waits for it any more. */
  void givenUp(ClientQuestion question) {
    if (question.sent && question.ask instanceof ClientAsk.Join join) {
      notWanted(join.room());
    }
  }

  /** The server may have us in a room that we know nothing of: a join that was given up. */
  private void notWanted(String room) {
    if (!places.rooms().contains(room) && !questions.joining(room)) {
      questions.ahead(
          new ClientQuestion(new ClientAsk.Leave(room), null, 0, ClientQuestions.NEVER, NOBODY),
          this::send);
    }
  }

  private static boolean named(ClientReads.Session greeting, String room) {
    return greeting.logs().stream().anyMatch(log -> log.address().equals(Address.room(room)));
  }

  /** A session that is gone was in no room, so there is none to leave. */
  private void dropLeaves() {
    for (ClientQuestion question : questions.dropWaiting(ClientAsk.Leave.class::isInstance)) {
      left(((ClientAsk.Leave) question.ask).room());
      question.answered(new ClientAnswer.Left());
    }
  }

  private void rejoin(String room) {
    ClientAsk.Join join = new ClientAsk.Join(room, 0, places.place(Address.room(room)));
    questions.ahead(
        new ClientQuestion(join, null, 0, ClientQuestions.NEVER, rejoined(room)), this::send);
  }

  private ClientQuestion.Outcome rejoined(String room) {
    return new ClientQuestion.Outcome() {
      @Override
      public void answered(ClientAnswer answer) {}

      @Override
      public void failed(SwitchboardException why) {
        if (why instanceof RefusedException refused && refused.code() != ErrorCode.TIMEOUT) {
          effects.report(new ClientReport.Failed(why));
          left(room);
        }
      }
    };
  }

  private void left(String room) {
    if (places.left(room)) {
      effects.report(new ClientReport.Left(room));
    }
  }

  /** Anything the server says, but for what concerns the session itself. */
  void told(long now, Envelope envelope, Encoding encoding, byte[] message) {
    if (envelope.re() != null) {
      answered(now, envelope.re(), envelope, encoding, message);
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
      case "room_left" -> left(ClientReads.text(control, "room"));
      case "error" -> effects.report(new ClientReport.Failed(ClientReads.refused(control)));
      case "ping" -> effects.send(Answers.pong(envelope.id()));
      default -> {}
    }
  }

  /** The user's answer to a question of the server's. */
  void reply(Id id, Draft answer, boolean open) {
    replies.answered(id, answer, open);
  }

  private void message(Envelope envelope) {
    Address log = envelope.addresses().isEmpty() ? null : envelope.addresses().get(0);
    boolean logged = log != null && envelope.seq() > 0 && !envelope.fleeting();
    if (logged && log != null && !places.advance(log, envelope.seq())) {
      return;
    }
    if (envelope.messageId() == null || !questions.noEcho(envelope.messageId())) {
      effects.report(new ClientReport.Message(envelope));
    }
  }

  private void answered(long now, Id re, Envelope envelope, Encoding encoding, byte[] message) {
    ClientQuestion question = questions.take(re);
    JsonNode control = envelope.control();
    if (question == null || !(question.ask instanceof ClientAsk.Answered ask)) {
      if (control != null && envelope.type().equals("room_left")) { // late, but true
        left(ClientReads.text(control, "room"));
      }
      return;
    }
    if (control != null && envelope.type().equals("error")) {
      refused(now, question, ClientReads.refused(control));
      return;
    }
    String wrong = envelope.type();
    try {
      ClientAnswer answer = answer(ask, envelope, encoding, message);
      if (answer != null) {
        question.answered(answer);
        return;
      }
    } catch (MalformedEnvelope entry) {
      wrong += " with " + entry.getMessage();
    }
    question.failed(
        new RefusedException(
            ErrorCode.INTERNAL, "answer: " + wrong + " (expected: the answer to " + ask + ")"));
  }

  private void refused(long now, ClientQuestion question, RefusedException why) {
    if (question.durable && why.retryable()) {
      long delay = why.details().get("retryAfter") instanceof Long told ? told : RETRY_DELAY;
      questions.later(question, now + Math.clamp(delay, 1, MAX_RETRY_DELAY));
    } else {
      question.failed(why);
    }
  }

  private @Nullable ClientAnswer answer(
      ClientAsk.Answered ask, Envelope envelope, Encoding encoding, byte[] message) {
    JsonNode control = envelope.control();
    if (control == null) {
      return ask instanceof ClientAsk.Tell
          ? new ClientAnswer.Reply(envelope.type(), envelope.payload())
          : null;
    }
    return envelope.type().equals(answerOf(ask)) ? taken(ask, control, encoding, message) : null;
  }

  private static String answerOf(ClientAsk.Answered ask) {
    return switch (ask) {
      case ClientAsk.Publish publish -> "ack";
      case ClientAsk.Tell tell -> "ack";
      case ClientAsk.Join join -> "room_joined";
      case ClientAsk.Leave leave -> "room_left";
      case ClientAsk.History history -> "history";
      case ClientAsk.Users users -> "user_list";
    };
  }

  private ClientAnswer taken(
      ClientAsk.Answered ask, JsonNode control, Encoding encoding, byte[] message) {
    return switch (ask) {
      case ClientAsk.Publish publish -> committed(publish, ClientReads.acked(control));
      case ClientAsk.Tell tell -> ClientReads.acked(control);
      case ClientAsk.Join join -> joined(join, ClientReads.joined(control));
      case ClientAsk.Leave leave -> {
        left(leave.room());
        yield new ClientAnswer.Left();
      }
      case ClientAsk.History history -> ClientReads.page(control, encoding.entries(message));
      case ClientAsk.Users users -> ClientReads.users(control);
    };
  }

  private ClientAnswer committed(ClientAsk.Publish publish, ClientAnswer.Acked acked) {
    if (!publish.echo()) {
      for (Address log : publish.addresses()) {
        long seq =
            log instanceof Address.Room room && publish.several()
                ? acked.seqs().getOrDefault(room.name(), 0L)
                : acked.seq();
        places.skip(log, seq);
      }
    }
    return acked;
  }

  private ClientAnswer joined(ClientAsk.Join join, ClientAnswer.Joined answer) {
    boolean missed = places.joined(join.room(), answer, join.recent(), join.since() != null);
    effects.report(new ClientReport.Joined(join.room(), answer));
    questions.joined(this::sendable);
    if (missed) {
      effects.report(new ClientReport.Gap(Address.room(join.room())));
    }
    return answer;
  }
}
