package dev.switchboard.protocol.client;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the rooms that the client is in. Notices are lost while there is no connection, so once
 * a session was resumed, the client asks for the list of each room and reports the difference.
 * Confined to the session's thread.
 */
final class Rosters {
  private final Map<String, Room> rooms = new LinkedHashMap<>();
  private final Questions questions;
  private final DoubleSupplier draws;
  private final Effects effects;
  private final BiConsumer<Long, Command> send;
  private String self = ""; // the user's own name

  private static final class Room {
    private final Roster roster;
    private boolean stale; // whether notices may have been missed
    private @Nullable Question question; // the list on its way
    private long at = Questions.NEVER; // when to ask again; NEVER if that is not scheduled
    private int refusals; // in a row; the delay grows with it

    private Room(Roster roster) {
      this.roster = roster;
    }
  }

  Rosters(
      Questions questions, DoubleSupplier draws, Effects effects, BiConsumer<Long, Command> send) {
    this.questions = questions;
    this.draws = draws;
    this.effects = effects;
    this.send = send;
  }

  /** A connection stands. What was asked on the last one is asked again if it is still of use. */
  void begin(String user) {
    self = user;
    for (Room room : rooms.values()) {
      if (room.question != null) {
        questions.withdraw(room.question);
      }
      room.question = null;
      room.at = Questions.NEVER;
      room.stale = true;
    }
  }

  /** The server has said who is in a room. */
  void listed(String name, List<String> members, int count) {
    Room room = rooms.get(name);
    if (room == null) {
      rooms.put(name, new Room(new Roster(name, members, count, effects)));
      return;
    }
    room.stale = false;
    room.question = null;
    room.refusals = 0;
    room.roster.replace(members, count, self);
  }

  void left(String name) {
    Room room = rooms.remove(name);
    if (room != null && room.question != null) {
      questions.withdraw(room.question);
    }
  }

  /** A notice of a user who came or left. */
  void noticed(Report.Presence notice) {
    Room room = rooms.get(notice.room());
    if (room == null) {
      effects.report(notice);
    } else {
      room.roster.changed(notice);
    }
  }

  /** The collective notice of a large room. */
  void noticed(Report.UsersChanged notice) {
    Room room = rooms.get(notice.room());
    if (room != null) {
      room.roster.changed(notice, self);
      return;
    }
    for (String came : notice.joined()) {
      if (!came.equals(self)) {
        effects.report(new Report.Presence(true, notice.room(), came, notice.count()));
      }
    }
    for (String gone : notice.left()) {
      effects.report(new Report.Presence(false, notice.room(), gone, notice.count()));
    }
    effects.report(notice);
  }

  /** Asks who is in this room, if notices may have been missed. */
  void refresh(String name) {
    Room room = rooms.get(name);
    if (room == null || !room.stale || room.question != null) {
      return;
    }
    Question question =
        new Question(new Command.Users(name, null), null, 0, Questions.NEVER, answer(name, room));
    room.question = question;
    room.at = Questions.NEVER;
    questions.ahead(question, send);
  }

  private Question.Outcome answer(String name, Room room) {
    return new Question.Outcome() {
      @Override
      public void answered(Answer answer) {
        Answer.Users users = (Answer.Users) answer;
        listed(name, users.members(), users.count());
      }

      @Override
      public void failed(SwitchboardException why) {
        room.stale = false; // nothing else is said about this room
        room.question = null;
      }
    };
  }

  /** Handles a retryable refusal. Returns whether the question was one of this class. */
  boolean refused(long now, Question question, RefusedException why) {
    for (Room room : rooms.values()) {
      if (room.question == question) {
        room.question = null;
        room.refusals++;
        long asked = ControlReader.retryAfter(why);
        room.at = now + Backoff.REPEATS.delay(room.refusals, draws.getAsDouble(), asked);
        return true;
      }
    }
    return false;
  }

  /** Asks again where that is due. There must be a connection. */
  void advance(long now) {
    for (Map.Entry<String, Room> room : List.copyOf(rooms.entrySet())) {
      if (room.getValue().at <= now) {
        refresh(room.getKey());
      }
    }
  }

  /** Returns when {@link #advance} has something to do. */
  long wakeAt() {
    return rooms.values().stream().mapToLong(room -> room.at).min().orElse(Questions.NEVER);
  }
}
