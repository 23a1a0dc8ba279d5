package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.server.delivery.Topic;
import dev.switchboard.server.delivery.Topics;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.IdleSweep;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.server.presence.Presence;
import dev.switchboard.server.presence.PresenceNotifier;
import dev.switchboard.server.presence.Statuses;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.PresenceStore.Users;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one endpoint share: sessions, presence, and the topics they read.
 * Thread-safe; time is an argument.
 *
 * <p><b>States of a session here.</b> It is <em>held</em> from {@link #begin} on, by its id. While
 * it has a connection, that is all. When that is lost, it <em>waits</em> too ({@link #await}),
 * until its client is {@link #back}, its time is over, or too many wait. It is gone after {@link
 * #end}, {@link #discard} or expiry, and never held again.
 *
 * <p><b>Why they hold.</b> Whether a session has a connection, and whether it is over, is decided
 * in the {@link Session}, under its own lock; what is kept here follows, and may be late. So a
 * session that is found by id may be over, and whoever found it is told so by {@link
 * Session#attach}; and one that is due may be back, which {@link Session#expire} finds by the time
 * that it waits since. No lock is held while another is taken, and none while users' code or a
 * store is called.
 */
public final class Hub {
  private static final int MAX_WAITING_SESSIONS = 100_000;

  private final Topics topics;
  private final SessionSettings settings;
  private final Statuses statuses;
  private final PresenceStore users;
  private final PresenceNotifier presenceNotifier;
  private final Presence presence;
  private final LogKey online;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  /** Those that wait for their client, longest first. Guarded by itself. */
  private final SequencedMap<Session, Waiting> waiting = new LinkedHashMap<>();

  /** The rooms of all that wait, together. Guarded by {@code waiting}. */
  private int waitingRooms;

  private final ConnectionCounts connectionCounts = new ConnectionCounts();
  private final IdleSweep idleSweep;

  private record Waiting(Session session, int rooms, long since) {}

  /** What the connections of an endpoint share when it starts. */
  public Hub(
      Topics topics, PresenceStore users, EndpointContext context, SessionSettings settings) {
    this.topics = topics;
    this.users = users;
    this.settings = settings;
    this.online = topics.log(Address.EVERYONE);
    this.statuses = new Statuses(settings.presence().lastSeenOf());
    this.presenceNotifier =
        new PresenceNotifier(settings.presence(), statuses, context.now(), this::tell);
    this.presence = new Presence(settings.presence().grace().toMillis(), users);
    this.idleSweep = new IdleSweep(context.settings().idleTimeout(), context.meter());
  }

  /** What the endpoint was given for its sessions. */
  SessionSettings settings() {
    return settings;
  }

  /** The logs that somebody reads. */
  public Topics topics() {
    return topics;
  }

  private void tell(Address.Room room, Draft notice, @Nullable String about) {
    Topic topic = topics.topic(room);
    if (topic != null) {
      topic.notice(notice, about);
    }
  }

  /** Hears of what changes in the places of this endpoint. */
  public PresenceNotifier presenceNotifier() {
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
    return topics.log(Address.room(name));
  }

  /** Who is in a room, in the order of joining. */
  public CompletionStage<Users> members(String room, int limit) {
    return users.first(room(room), limit);
  }

  /** Who is in a room, in the order of names; without a room, who is online. */
  CompletionStage<Users> users(@Nullable String room, String after, int limit) {
    return users.after(room == null ? online : room(room), after, limit);
  }

  /** Whether a session of the user is here, or was until a moment ago. */
  public CompletionStage<Boolean> isOnline(String user) {
    return users.has(online, user);
  }

  Statuses statuses() {
    return statuses;
  }

  boolean maySee(String asker, String user) {
    return settings.presence().visibility().test(asker, user);
  }

  /** Whether the user is online, as far as the other one may know. */
  CompletionStage<UserState> status(String user, String asker) {
    return maySee(asker, user)
        ? isOnline(user).thenApply(is -> statuses.state(user, is))
        : CompletableFuture.completedStage(new UserState(user, false, 0));
  }

  /** Ends connections that say nothing. */
  IdleSweep idleSweep() {
    return idleSweep;
  }

  /** Who is connected. */
  public ConnectionCounts connectionCounts() {
    return connectionCounts;
  }

  public @Nullable Session session(String id) {
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
      while (waiting.size() > MAX_WAITING_SESSIONS
          || waitingRooms > settings.sessions().maxWaitingRooms()) {
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

  /** Ends what is due. Call it often; it costs what is due. */
  public void tick(long now) {
    topics.tick(now);
    presence.tick(now);
    presenceNotifier.tick(now);
    idleSweep.tick(now, this::connections);
    while (true) {
      @Nullable Waiting next;
      synchronized (waiting) {
        next = waiting.isEmpty() ? null : waiting.firstEntry().getValue();
        if (next == null || now - next.since < settings.sessions().timeout().toMillis()) {
          return;
        }
        waitsNoMore(next.session);
      }
      expire(next);
    }
  }

  /**
   * Sends every client away: it comes back after a time of its own between zero and {@code
   * spreadMillis}.
   */
  public void sendAway(long spreadMillis) {
    topics.close();
    connections()
        .forEach(connection ->
            connection.sendAway(ThreadLocalRandom.current().nextLong(spreadMillis + 1)));
  }

  /** The connections of a user that stand now. */
  public List<Connection> connections(String user) {
    return sessions.values().stream()
        .filter(session -> session.user().equals(user))
        .map(Session::connection)
        .filter(Objects::nonNull)
        .toList();
  }

  /** The connections that stand now. */
  public List<Connection> connections() {
    return sessions.values().stream().map(Session::connection).filter(Objects::nonNull).toList();
  }

  /** For tests: what is held. */
  public Map<String, Integer> sizes() {
    synchronized (waiting) {
      return Map.of(
          "topics",
          topics.size(),
          "sessions",
          sessions.size(),
          "rooms",
          topics.rooms(),
          "places",
          presence.places(),
          "watched",
          statuses.watched(),
          "waiting",
          waiting.size());
    }
  }
}
