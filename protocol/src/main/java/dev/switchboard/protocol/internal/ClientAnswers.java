package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.internal.Envelope.MalformedEnvelope;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the server's answers mean for those who asked. Confined to the session's thread. */
final class ClientAnswers {
  private final ClientQuestions questions;
  private final ClientPlaces places;
  private final ClientRooms rooms;
  private final ClientStatuses statuses;
  private final DoubleSupplier draws;

  /** How often in a row the server could not take messages that are kept. */
  private int refusals;

  ClientAnswers(
      ClientQuestions questions,
      ClientPlaces places,
      ClientRooms rooms,
      ClientStatuses statuses,
      DoubleSupplier draws) {
    this.statuses = statuses;
    this.draws = draws;
    this.questions = questions;
    this.places = places;
    this.rooms = rooms;
  }

  /** Something came that answers a question with that id. */
  void answered(long now, Id re, Envelope envelope, Encoding encoding, byte[] message) {
    ClientQuestion question = questions.take(re);
    JsonNode control = envelope.control();
    if (question == null || !(question.ask instanceof ClientCommand.Answered ask)) {
      if (control != null && envelope.type().equals("room_left")) { // late, but true
        rooms.left(ClientReads.text(control, "room"));
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
    if (question.ask instanceof ClientCommand.Leave leave && why.code() == ErrorCode.NOT_A_MEMBER) {
      rooms.left(leave.room()); // as the user wants it
      question.answered(new ClientAnswer.Left());
    } else if (question.durable && why.retryable()) {
      later(now, question, ClientReads.retryAfter(why));
    } else if (!why.retryable() || !rooms.refused(now, question, why)) {
      question.failed(why);
      rooms.failed(question);
    }
  }

  /** All that were on the way together are refused together: that counts once. */
  private void later(long now, ClientQuestion question, long asked) {
    if (!questions.paused()) {
      refusals++;
    }
    long delay = ClientBackoff.REPEATS.delay(refusals, draws.getAsDouble(), asked);
    questions.later(question, now + Math.max(1, delay));
  }

  private @Nullable ClientAnswer answer(
      ClientCommand.Answered ask, Envelope envelope, Encoding encoding, byte[] message) {
    JsonNode control = envelope.control();
    if (control == null) {
      return ask instanceof ClientCommand.Tell
          ? new ClientAnswer.Reply(envelope.type(), envelope.payload())
          : null;
    }
    return envelope.type().equals(answerOf(ask)) ? taken(ask, control, encoding, message) : null;
  }

  private static String answerOf(ClientCommand.Answered ask) {
    return switch (ask) {
      case ClientCommand.Publish publish -> "ack";
      case ClientCommand.Tell tell -> "ack";
      case ClientCommand.Join join -> "room_joined";
      case ClientCommand.Leave leave -> "room_left";
      case ClientCommand.History history -> "history";
      case ClientCommand.Users users -> "user_list";
      case ClientCommand.Statuses statuses -> "user_status";
    };
  }

  private ClientAnswer taken(
      ClientCommand.Answered ask, JsonNode control, Encoding encoding, byte[] message) {
    return switch (ask) {
      case ClientCommand.Publish publish -> committed(publish, ClientReads.acked(control));
      case ClientCommand.Tell tell -> ClientReads.acked(control);
      case ClientCommand.Join join -> rooms.joined(join, ClientReads.joined(control));
      case ClientCommand.Leave leave -> {
        rooms.left(leave.room());
        yield new ClientAnswer.Left();
      }
      case ClientCommand.History history -> ClientReads.page(control, encoding.entries(message));
      case ClientCommand.Users users -> ClientReads.users(control);
      case ClientCommand.Statuses asked -> statuses.answered(asked, ClientReads.statuses(control));
    };
  }

  private ClientAnswer committed(ClientCommand.Publish publish, ClientAnswer.Acked acked) {
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
