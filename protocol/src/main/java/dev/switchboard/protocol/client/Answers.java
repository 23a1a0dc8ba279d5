package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Applies the server's answers to the questions they belong to. Confined to the session's thread.
 */
final class Answers {
  private final Questions questions;
  private final Places places;
  private final Rooms rooms;
  private final Statuses statuses;
  private final DoubleSupplier draws;

  /**
   * How many times in a row the server refused durable messages for now; the delay grows with it.
   */
  private int refusals;

  Answers(
      Questions questions, Places places, Rooms rooms, Statuses statuses, DoubleSupplier draws) {
    this.statuses = statuses;
    this.draws = draws;
    this.questions = questions;
    this.places = places;
    this.rooms = rooms;
  }

  /** Handles a message that answers the question with this ID. */
  void answered(long now, Id re, Envelope envelope, Encoding encoding, byte[] message) {
    Question question = questions.take(re);
    JsonNode control = envelope.control();
    if (question == null || !(question.ask instanceof Command.Answered ask)) {
      if (control != null && envelope.type().equals("room_left")) { // late, but still true
        rooms.left(ControlReader.text(control, "room"));
      }
      return;
    }
    if (control != null && envelope.type().equals("error")) {
      refused(now, question, Refusal.read(control));
      return;
    }
    String wrong = envelope.type();
    try {
      Answer answer = answer(ask, envelope, encoding, message);
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

  private void refused(long now, Question question, RefusedException why) {
    if (question.ask instanceof Command.Leave leave && why.code() == ErrorCode.NOT_A_MEMBER) {
      rooms.left(leave.room()); // which is what the user wants
      question.answered(new Answer.Left());
    } else if (question.durable && why.retryable()) {
      later(now, question, ControlReader.retryAfter(why));
    } else if (!why.retryable() || !rooms.refused(now, question, why)) {
      question.failed(why);
      rooms.failed(question);
    }
  }

  /**
   * Schedules another try. Messages that were on the way together are refused together, so they
   * count once.
   */
  private void later(long now, Question question, long asked) {
    if (!questions.paused()) {
      refusals++;
    }
    long delay = Backoff.REPEATS.delay(refusals, draws.getAsDouble(), asked);
    questions.later(question, now + Math.max(1, delay));
  }

  private @Nullable Answer answer(
      Command.Answered ask, Envelope envelope, Encoding encoding, byte[] message) {
    JsonNode control = envelope.control();
    if (control == null) {
      return ask instanceof Command.Tell
          ? new Answer.Reply(envelope.type(), envelope.payload())
          : null;
    }
    return envelope.type().equals(answerOf(ask)) ? taken(ask, control, encoding, message) : null;
  }

  private static String answerOf(Command.Answered ask) {
    return switch (ask) {
      case Command.Publish publish -> "ack";
      case Command.Tell tell -> "ack";
      case Command.Join join -> "room_joined";
      case Command.Leave leave -> "room_left";
      case Command.History history -> "history";
      case Command.Users users -> "user_list";
      case Command.Statuses statuses -> "user_status";
    };
  }

  private Answer taken(Command.Answered ask, JsonNode control, Encoding encoding, byte[] message) {
    return switch (ask) {
      case Command.Publish publish -> committed(publish, ControlReader.acked(control));
      case Command.Tell tell -> ControlReader.acked(control);
      case Command.Join join -> rooms.joined(join, ControlReader.joined(control));
      case Command.Leave leave -> {
        rooms.left(leave.room());
        yield new Answer.Left();
      }
      case Command.History history -> ControlReader.page(control, encoding.entries(message));
      case Command.Users users -> ControlReader.users(control);
      case Command.Statuses asked -> statuses.answered(asked, ControlReader.statuses(control));
    };
  }

  private Answer committed(Command.Publish publish, Answer.Acked acked) {
    refusals = 0;
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
}
