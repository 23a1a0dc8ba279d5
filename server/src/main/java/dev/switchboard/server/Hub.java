package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.PresenceStore.Users;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one endpoint share: topics, sessions, presence. Thread-safe; time is an
 * argument.
 *
 * <p>A topic exists as long as somebody uses it. It is made and given up inside the map's own lock
 * for its key, together with its subscription at the broker, so that a subscription is never ended
 * for a topic that is in use.
 */
final class Hub {
  private static final int MAX_WAITING_SESSIONS = 100_000;
  private static final long SHARED_FRAMES = 8L << 20;

  private final String space;
  private final Broker broker;
  private final Settings settings;
  private final SlowConsumerPolicies<?> slowConsumerPolicies;
  private final Meter meter;
  private final AtomicInteger rooms = new AtomicInteger();
  private final Statuses statuses;
  private final PresenceStore users;
  private final PresenceNotifier presenceNotifier;
  private final Presence presence;
  private final LogKey online;
  private final Map<Address, Topic> topics = new ConcurrentHashMap<>();
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final SequencedMap<Session, Waiting> waiting =
      new LinkedHashMap<>(); // guarded by itself; in the order of their time

  private int waitingRooms; // guarded by waiting
  private final CatchUp catchUp;
  private final SharedFrames frames = new SharedFrames(SHARED_FRAMES);
  private final ConnectionCounts connectionCounts = new ConnectionCounts();
  private long idleSweepAt; // confined to whoever ticks

  private final PriorityQueue<Due> due = new PriorityQueue<>(); // guarded by itself
  private long ticked; // guarded by due

  private record Waiting(Session session, int rooms, long since) {}

  private record Due(long tick, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return Long.compare(tick, other.tick);
    }
  }

  Hub(
      String space,
      Broker broker,
      PresenceStore users,
      Settings settings,
      SlowConsumerPolicies<?> slowConsumerPolicies,
      Meter meter,
      long now) {
    this.space = space;
    this.broker = broker;
    this.users = users;
    this.settings = settings;
    this.catchUp = new CatchUp(settings.maxCatchUpBytes());
    this.slowConsumerPolicies = slowConsumerPolicies;
    this.meter = meter;
    this.online = log(Address.EVERYONE);
    this.statuses = new Statuses(settings.lastSeenOf());
    this.presenceNotifier =
        new PresenceNotifier(settings.presenceNotices(), statuses, now, this::tell);
    this.presence = new Presence(settings.presenceGrace().toMillis(), users);
  }

  private void tell(Address.Room room, Draft notice, @Nullable String about) {
    Topic topic = topic(room);
    if (topic != null) {
      topic.notice(notice, about);
    }
  }

  /** The topic of a log, if somebody uses it. */
  @Nullable Topic topic(Address address) {
    return topics.get(address);
  }

  Broker broker() {
    return broker;
  }

  /** Hears of what changes in the places of this endpoint. */
  PresenceNotifier presenceNotifier() {
    return presenceNotifier;
  }

  /** A user came to a room with one more session. Completes when everybody who asks is told so. */
  CompletionStage<?> enter(String room, String user) {
    return presence.enter(room(room), user);
  }

  /** A user left a room with one session. */
  void leave(String room, String user) {
    presence.leave(room(room), user);
  }

  private LogKey room(String name) {
    return log(Address.room(name));
  }

  /** Who is in a room, in the order of joining. */
  CompletionStage<Users> members(String room, int limit) {
    return users.first(room(room), limit);
  }

  /** Who is in a room, in the order of names; without a room, who is online. */
  CompletionStage<Users> users(@Nullable String room, String after, int limit) {
    return users.after(room == null ? online : room(room), after, limit);
  }

  /** Whether a session of the user is here, or was until a moment ago. */
  CompletionStage<Boolean> isOnline(String user) {
    return users.has(online, user);
  }

  Statuses statuses() {
    return statuses;
  }

  boolean maySee(String asker, String user) {
    return settings.visibility().maySee(asker, user);
  }

  /** Whether the user is online, as far as the other one may know. */
  CompletionStage<UserState> status(String user, String asker) {
    return maySee(asker, user)
        ? isOnline(user).thenApply(is -> statuses.state(user, is))
        : CompletableFuture.completedStage(new UserState(user, false, 0));
  }

  LogKey log(Address address) {
    return new LogKey(space, address);
  }

  /**
   * The topic of a log, in use until {@link #release}.
   *
   * @throws RefusedException {@code unavailable} if it is a room and there are too many
   */
  Topic use(Address address) {
    Topic used =
        topics.compute(
            address,
            (key, present) -> {
              Topic topic = present;
              if (topic == null) {
                count(address);
                topic = new Topic(log(address), slowConsumerPolicies, meter, this);
              }
              topic.use(1);
              return topic;
            });
    return Objects.requireNonNull(used);
  }

  /** Has the entries of a topic's log come to it; null if nobody uses it any more. */
  @Nullable CompletionStage<Position> subscribe(Topic topic) {
    CompletableFuture<CompletionStage<Position>> asked = new CompletableFuture<>();
    topics.computeIfPresent(
        topic.log().address(),
        (key, present) -> {
          if (present == topic) {
            try {
              asked.complete(broker.subscribe(topic.log(), topic));
            } catch (RuntimeException failure) { // of a store that is asked right here
              asked.complete(CompletableFuture.failedStage(failure));
            }
          }
          return present;
        });
    return asked.isDone() ? asked.join() : null;
  }

  private void count(Address address) {
    if (address instanceof Address.Room && rooms.incrementAndGet() > settings.maxRoomsInAll()) {
      rooms.decrementAndGet();
      meter.limit(Limit.ROOMS);
      throw new RefusedException(
          ErrorCode.UNAVAILABLE,
          "room: the server has "
              + settings.maxRoomsInAll()
              + " rooms already (expected: fewer; try again later)");
    }
  }

  void release(Topic topic) {
    topics.computeIfPresent(
        topic.log().address(),
        (key, present) -> {
          if (present != topic || present.use(-1) > 0) {
            return present;
          }
          broker.unsubscribe(present.log());
          if (present.log().address() instanceof Address.Room) {
            rooms.decrementAndGet();
          }
          return null;
        });
  }

  /** What is on its way to those who are behind. */
  CatchUp catchUp() {
    return catchUp;
  }

  /** What several of them are given. */
  SharedFrames frames() {
    return frames;
  }

  /** Who is connected. */
  ConnectionCounts connectionCounts() {
    return connectionCounts;
  }

  @Nullable Session session(String id) {
    return sessions.get(id);
  }

  void begin(Session session) {
    sessions.put(session.id(), session);
    enter(session);
  }

  private void enter(Session session) {
    CompletionStage<?> unused = presence.enter(online, session.user());
  }

  /** A session that was never used: nobody has seen it, so nobody is told. */
  void discard(Session session) {
    sessions.remove(session.id());
    session.questions().end();
    presence.leave(online, session.user());
  }

  /** A session waits for its client to come back; last seen at that timestamp. */
  void await(Session session, long now, long timestamp) {
    statuses.seen(session.user(), timestamp);
    presence.lose(online, session.user(), now);
    List<String> rooms = session.rooms();
    rooms.forEach(room -> presence.lose(room(room), session.user(), now));
    List<Waiting> tooMany = new ArrayList<>(0);
    synchronized (waiting) {
      waiting.put(session, new Waiting(session, rooms.size(), now));
      waitingRooms += rooms.size();
      while (waiting.size() > MAX_WAITING_SESSIONS || waitingRooms > settings.maxWaitingRooms()) {
        Waiting longest = waiting.firstEntry().getValue();
        waitsNoMore(longest.session);
        tooMany.add(longest);
      }
    }
    tooMany.forEach(this::expire);
  }

  /** With the lock of those who wait held. */
  private void waitsNoMore(Session session) {
    Waiting gone = waiting.remove(session);
    waitingRooms -= gone == null ? 0 : gone.rooms;
  }

  /** A session is back before its time was over. */
  void back(Session session) {
    synchronized (waiting) {
      waitsNoMore(session);
    }
    enter(session);
    for (String room : session.rooms()) {
      CompletionStage<?> unused = enter(room, session.user());
    }
  }

  /** A session ended while it had a connection; last seen at that timestamp. */
  void end(Session session, long timestamp) {
    statuses.seen(session.user(), timestamp);
    sessions.remove(session.id());
    session.questions().end();
    presence.leave(online, session.user());
    session.rooms().forEach(room -> leave(room, session.user()));
  }

  private void expire(Waiting over) {
    if (over.session.expire(over.since)) {
      sessions.remove(over.session.id());
      over.session.questions().end();
    }
  }

  /** Runs a task after so many ticks, on the thread of whoever ticks. */
  void later(int ticks, Runnable task) {
    synchronized (due) {
      due.add(new Due(ticked + ticks, task));
    }
  }

  private void runDue() {
    List<Due> now = new ArrayList<>(0);
    synchronized (due) {
      ticked++;
      for (Due next = due.peek(); next != null && next.tick <= ticked; next = due.peek()) {
        now.add(due.remove());
      }
    }
    now.forEach(one -> one.task.run());
  }

  /** Ends what is due. Call it often; it costs what is due. */
  void tick(long now) {
    runDue();
    presence.tick(now);
    presenceNotifier.tick(now);
    frames.tick(now);
    endIdle(now);
    while (true) {
      @Nullable Waiting next;
      synchronized (waiting) {
        next = waiting.isEmpty() ? null : waiting.firstEntry().getValue();
        if (next == null || now - next.since < settings.sessionTimeout().toMillis()) {
          return;
        }
        waitsNoMore(next.session);
      }
      expire(next);
    }
  }

  private void endIdle(long now) {
    long timeout = settings.idleTimeout().toMillis();
    if (timeout > 0 && (now - idleSweepAt) * 8 >= timeout) {
      idleSweepAt = now;
      connections().forEach(connection -> connection.endIfIdle(now - timeout));
    }
  }

  /**
   * Sends every client away: it comes back after a time of its own between zero and {@code
   * spreadMillis}.
   */
  void sendAway(long spreadMillis) {
    frames.close();
    connections()
        .forEach(connection ->
            connection.sendAway(ThreadLocalRandom.current().nextLong(spreadMillis + 1)));
  }

  /** The connections of a user that stand now. */
  List<Connection> connections(String user) {
    return sessions.values().stream()
        .filter(session -> session.user().equals(user))
        .map(Session::connection)
        .filter(Objects::nonNull)
        .toList();
  }

  /** The connections that stand now. */
  List<Connection> connections() {
    return sessions.values().stream().map(Session::connection).filter(Objects::nonNull).toList();
  }

  /** For tests: what is held. */
  Map<String, Integer> sizes() {
    synchronized (waiting) {
      return Map.of(
          "topics",
          topics.size(),
          "sessions",
          sessions.size(),
          "rooms",
          rooms.get(),
          "places",
          presence.places(),
          "watched",
          statuses.watched(),
          "waiting",
          waiting.size());
    }
  }
}
