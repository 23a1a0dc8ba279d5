package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.ServerMessages;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far the client has read each log. It tells the server these places when it reconnects, and
 * uses them to recognize entries it already has. Rooms are in the order of joining. Confined to the
 * session's thread.
 */
final class Places {
  private final Map<String, Place> rooms = new LinkedHashMap<>();
  private final Map<Address, Place> own = new LinkedHashMap<>();

  private static final class Place {
    private String epoch; // set once
    private long seq; // the last entry that was read; only grows

    /** Own entries of which no copy is sent, known from their acks, that lie beyond {@code seq}. */
    private final TreeSet<Long> acked = new TreeSet<>();

    Place(String epoch, long seq) {
      this.epoch = epoch;
      this.seq = seq;
    }

    void reach(long at) {
      seq = Math.max(seq, at);
      while (!acked.isEmpty() && acked.first() <= seq + 1) {
        seq = Math.max(seq, acked.removeFirst());
      }
    }
  }

  private @Nullable Place find(Address log) {
    return log instanceof Address.Room room ? rooms.get(room.name()) : own.get(log);
  }

  Set<String> rooms() {
    return rooms.keySet();
  }

  /**
   * Handles a join.
   *
   * @param join the request: with {@code recent}, the last entries follow; with {@code since},
   *     those after that place, if they are available
   * @param in whether the client was in the room already, so that nothing was missed
   * @return whether entries were missed for good
   */
  boolean joined(Command.Join join, Answer.Joined answer, boolean in) {
    Place known = rooms.get(join.room());
    long start = Math.max(0, answer.seq() - join.recent());
    boolean recovered = join.since() != null && answer.recovered();
    boolean follows =
        known != null
            && known.epoch.equals(answer.epoch())
            && (in || recovered || known.seq >= start);
    if (!follows) {
      rooms.put(join.room(), new Place(answer.epoch(), start));
    }
    return known != null && !follows;
  }

  boolean left(String room) {
    return rooms.remove(room) != null;
  }

  /**
   * Handles the state of one log at the start of a session.
   *
   * @return whether entries were missed for good
   */
  boolean state(ServerMessages.LogState log) {
    Place known = find(log.address());
    if (known != null
        && known.epoch.equals(log.epoch())
        && (Boolean.TRUE.equals(log.recovered()) || known.seq == log.seq())) {
      return false;
    }
    boolean missed = known != null;
    Place place = new Place(log.epoch(), log.seq());
    if (log.address() instanceof Address.Room room) {
      if (known != null) {
        rooms.put(room.name(), place);
      }
    } else {
      own.put(log.address(), place);
    }
    return missed;
  }

  /** Forgets the logs that belong to another user. */
  void retainUser(String user) {
    own.keySet().removeIf(log -> log instanceof Address.User one && !one.name().equals(user));
  }

  /**
   * Whether an entry is new; if so, moves the place to it. Entries of rooms that the client is not
   * in are never new.
   */
  boolean advance(Address log, long seq) {
    Place place = find(log);
    if (place == null) {
      return !(log instanceof Address.Room);
    }
    if (seq <= place.seq) {
      return false;
    }
    place.reach(seq);
    return true;
  }

  /** Moves past an own entry of which no copy is sent. */
  void skip(Address log, long seq) {
    Place place = find(log);
    if (place != null && seq > place.seq) {
      place.acked.add(seq);
      place.reach(0);
    }
  }

  Control.@Nullable Place place(Address log) {
    Place place = find(log);
    return place == null ? null : new Control.Place(log, place.epoch, place.seq);
  }

  /** Returns all places: rooms, the inbox, and everyone. */
  List<Control.Place> all() {
    List<Control.Place> places = new ArrayList<>();
    rooms.forEach(
        (room, at) -> places.add(new Control.Place(Address.room(room), at.epoch, at.seq)));
    places.addAll(own());
    return places;
  }

  /** Returns the places that belong to no room: the inbox, and everyone. */
  List<Control.Place> own() {
    List<Control.Place> places = new ArrayList<>();
    own.forEach((log, at) -> places.add(new Control.Place(log, at.epoch, at.seq)));
    return places;
  }
}
