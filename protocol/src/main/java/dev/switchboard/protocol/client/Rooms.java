package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client in the rooms that it joined, across connections and sessions, and out of all
 * others. Confined to the session's thread.
 *
 * <p>A joined room belongs to the client until the user leaves it or the server refuses it for
 * good. A new session starts without rooms, so each of them is joined again; until the server has
 * answered, the room is {@code away}, messages to it wait, and its entries are ignored because the
 * answer to the join decides where reading continues. The reverse case is a {@code doubtful} room:
 * the server may have the client in it although the client gave up on the join, so the client
 * leaves it.
 */
final class Rooms {
  private static final Question.Outcome NOBODY =
      new Question.Outcome() {
        @Override
        public void answered(Answer answer) {}

        @Override
        public void failed(SwitchboardException why) {}
      };

  private final Questions questions;
  private final Places places;
  private final DoubleSupplier draws;
  private final Effects effects;
  private final BiConsumer<Long, Command> send;
  private final Rosters rosters;

  /** Rooms that have not been joined again yet. */
  private final Map<String, Away> away = new LinkedHashMap<>();

  /**
   * Whether the resume in progress omits the places in rooms, so that all rooms are joined again.
   */
  private boolean unnamed;

  /** Rooms that the server may have this client in although the client is not in them. */
  private final Set<String> doubtful = new HashSet<>();

  /** The progress of joining a room again. */
  private static final class Away {
    /** The join on its way; null if there is none, because it waits until {@code at}. */
    private @Nullable Question question;

    private long at = Questions.NEVER; // when to try again; NEVER if that is not scheduled
    private int refusals; // in a row; the delay grows with it
  }

  Rooms(
      Questions questions,
      Places places,
      DoubleSupplier draws,
      Effects effects,
      BiConsumer<Long, Command> send) {
    this.questions = questions;
    this.places = places;
    this.draws = draws;
    this.effects = effects;
    this.send = send;
    this.rosters = new Rosters(questions, draws, effects, send);
  }

  Rosters rosters() {
    return rosters;
  }

  /**
   * Whether a message may be sent now as far as its rooms are concerned. A restored message waits
   * until its rooms are joined; whether a new one is allowed is up to the server.
   */
  boolean takes(Question question) {
    if (!(question.ask instanceof Command.Publish publish)) {
      return true;
    }
    for (Address address : publish.addresses()) {
      if (address instanceof Address.Room room
          && (away.containsKey(room.name())
              || (question.restored && !places.rooms().contains(room.name())))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a log's entries must wait, because those that follow the answer to the join come first.
   */
  boolean away(Address log) {
    return log instanceof Address.Room room && away.containsKey(room.name());
  }

  /** The server has accepted a join. */
  Answer joined(Command.Join join, Answer.Joined answer) {
    doubtful.remove(join.room());
    boolean missed = places.joined(join, answer, !away.containsKey(join.room()));
    arrived(join.room());
    effects.report(new Report.Joined(join.room(), answer));
    rosters.listed(join.room(), answer.members(), answer.count());
    if (missed) {
      effects.report(new Report.Gap(Address.room(join.room())));
    }
    return answer;
  }

  /**
   * Handles a room that is no longer away, because it was joined or no longer belongs to the
   * client.
   */
  private void arrived(String room) {
    Away was = away.remove(room);
    if (was != null && was.question != null) {
      questions.withdraw(was.question);
    }
    questions.release();
  }

  /**
   * The session is to be resumed without the places in rooms, which are then joined again with
   * them.
   */
  void unnamed() {
    unnamed = true;
    places.rooms().forEach(room -> away.computeIfAbsent(room, name -> new Away()));
  }

  /** A session has started or was resumed. */
  void begin(ControlReader.Session greeting, boolean resumed) {
    for (ServerMessages.LogState log : greeting.logs()) {
      if (places.state(log)) {
        effects.report(new Report.Gap(log.address()));
      }
    }
    away.values().forEach(this::pause);
    if (resumed) {
      List<String> absent = places.rooms().stream().filter(room -> !named(greeting, room)).toList();
      if (!unnamed) {
        List.copyOf(places.rooms()).stream()
            .filter(room -> !absent.contains(room))
            .forEach(this::arrived);
      }
      absent.stream().filter(room -> !away.containsKey(room)).forEach(this::left);
      greeting.logs().stream()
          .filter(log -> log.address() instanceof Address.Room)
          .map(log -> ((Address.Room) log.address()).name())
          .filter(room -> !places.rooms().contains(room))
          .forEach(room -> {
            doubtful.add(room);
            takeBack(room);
          });
    } else {
      doubtful.clear();
      dropLeaves();
      away.clear();
      places.rooms().forEach(room -> away.put(room, new Away()));
    }
    unnamed = false;
    rosters.begin(greeting.user());
    List.copyOf(away.keySet()).forEach(this::rejoin);
  }

  /** Asks who is in the rooms, since notices may have been missed. */
  void refresh() {
    places.rooms().stream().filter(room -> !away.containsKey(room)).forEach(rosters::refresh);
  }

  private void pause(Away room) {
    if (room.question != null) {
      questions.withdraw(room.question);
    }
    room.question = null;
    room.at = Questions.NEVER;
  }

  /** A question got no answer in time, or nobody waits for it any more. */
  void givenUp(Question question) {
    if (question.sent && question.ask instanceof Command.Join join) {
      doubtful.add(join.room());
    }
    failed(question);
  }

  /** A question has failed. */
  void failed(Question question) {
    if (question.ask instanceof Command.Join join) {
      takeBack(join.room());
    }
  }

  /** Leaves a room whose join was given up, unless another join of it is under way. */
  private void takeBack(String room) {
    if (doubtful.contains(room) && !places.rooms().contains(room) && !questions.joining(room)) {
      doubtful.remove(room);
      questions.ahead(
          new Question(new Command.Leave(room), null, 0, Questions.NEVER, NOBODY), send);
    }
  }

  private static boolean named(ControlReader.Session greeting, String room) {
    return greeting.logs().stream().anyMatch(log -> log.address().equals(Address.room(room)));
  }

  /** Completes waiting leaves, because the new session is in no room. */
  private void dropLeaves() {
    for (Question question :
        questions.dropWaiting(
            ask -> ask instanceof Command.Leave one && places.rooms().contains(one.room()))) {
      left(((Command.Leave) question.ask).room());
      question.answered(new Answer.Left());
    }
  }

  private void rejoin(String room) {
    Command.Join join = new Command.Join(room, 0, places.place(Address.room(room)));
    Question question = new Question(join, null, 0, Questions.NEVER, rejoined(room));
    Away one = away.computeIfAbsent(room, name -> new Away());
    one.question = question;
    one.at = Questions.NEVER;
    questions.ahead(question, send);
  }

  private Question.Outcome rejoined(String room) {
    return new Question.Outcome() {
      @Override
      public void answered(Answer answer) {}

      @Override
      public void failed(SwitchboardException why) {
        if (why instanceof RefusedException refused && refused.code() != ErrorCode.TIMEOUT) {
          effects.report(new Report.Failed(why));
          left(room, refused);
        }
      }
    };
  }

  /**
   * Handles a retryable refusal. Returns whether the question was one of this class, which is then
   * repeated later.
   */
  boolean refused(long now, Question question, RefusedException why) {
    Away room = question.ask instanceof Command.Join join ? away.get(join.room()) : null;
    if (room == null || room.question != question) {
      return rosters.refused(now, question, why);
    }
    room.question = null;
    room.refusals++;
    room.at =
        now
            + Backoff.REPEATS.delay(
                room.refusals, draws.getAsDouble(), ControlReader.retryAfter(why));
    effects.report(new Report.Failed(why));
    return true;
  }

  /** Joins the rooms again that are due by now. There must be a connection. */
  void advance(long now) {
    for (Map.Entry<String, Away> room : List.copyOf(away.entrySet())) {
      if (room.getValue().at <= now) {
        rejoin(room.getKey());
      }
    }
    rosters.advance(now);
  }

  /** Returns when {@link #advance} has something to do. */
  long wakeAt() {
    long next = away.values().stream().mapToLong(room -> room.at).min().orElse(Questions.NEVER);
    return Math.min(next, rosters.wakeAt());
  }

  /** The client is no longer in the room, if it was, because the user wanted it. */
  void left(String room) {
    left(room, null);
  }

  /** The client is no longer in the room, if it was. */
  void left(String room, @Nullable RefusedException why) {
    boolean was = places.left(room);
    rosters.left(room);
    arrived(room);
    if (was) {
      effects.report(new Report.Left(room, why));
    }
    takeBack(room);
  }
}
