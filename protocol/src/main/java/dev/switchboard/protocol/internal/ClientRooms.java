package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Keeps a client in the rooms that it joined, whatever becomes of its connections and sessions, and
 * out of the others. Confined to the session's thread.
 */
final class ClientRooms {
  private static final ClientQuestion.Outcome NOBODY =
      new ClientQuestion.Outcome() {
        @Override
        public void answered(ClientAnswer answer) {}

        @Override
        public void failed(SwitchboardException why) {}
      };

  private final ClientQuestions questions;
  private final ClientPlaces places;
  private final ClientEffects effects;
  private final BiConsumer<Long, ClientAsk> send;

  ClientRooms(
      ClientQuestions questions,
      ClientPlaces places,
      ClientEffects effects,
      BiConsumer<Long, ClientAsk> send) {
    this.questions = questions;
    this.places = places;
    this.effects = effects;
    this.send = send;
  }

  /** Whether all rooms that a message goes to are joined. */
  boolean joined(ClientAsk ask) {
    return !(ask instanceof ClientAsk.Publish publish)
        || publish.addresses().stream()
            .allMatch(address ->
                !(address instanceof Address.Room room) || places.rooms().contains(room.name()));
  }

  /** The server has let the client in. */
  ClientAnswer joined(ClientAsk.Join join, ClientAnswer.Joined answer) {
    boolean missed = places.joined(join.room(), answer, join.recent(), join.since() != null);
    effects.report(new ClientReport.Joined(join.room(), answer));
    questions.joined(this::joined);
    if (missed) {
      effects.report(new ClientReport.Gap(Address.room(join.room())));
    }
    return answer;
  }

  /** A session begins, goes on, or begins {@code anew} because the former one is gone. */
  void begin(ClientReads.Session greeting, boolean resumed, boolean anew) {
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
          send);
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
    questions.ahead(new ClientQuestion(join, null, 0, ClientQuestions.NEVER, rejoined(room)), send);
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

  /** The client is no longer in the room, if it was. */
  void left(String room) {
    if (places.left(room)) {
      effects.report(new ClientReport.Left(room));
    }
  }
}
