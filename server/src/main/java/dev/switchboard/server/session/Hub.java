package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
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
import dev.switchboard.server.session.MovedSession.OpenQuestion;
import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.PresenceStore.Users;
import dev.switchboard.transport.HttpRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state that the connections of one endpoint share: sessions, presence, and the topics they
 * read. Thread-safe; time is an argument.
 *
 * <p><b>States of a session.</b> The hub <em>holds</em> a session by its ID from {@link #begin} on.
 * While the session has a connection, that is all. When the connection is lost, the session also
 * <em>waits</em> ({@link #await}) until its client is {@link #back}, its time is over, or too many
 * sessions wait. After {@link #end}, {@link #discard} or expiry it is gone, and never held again.
 *
 * <p><b>Why this is safe.</b> Whether a session has a connection, and whether it is over, is
 * decided in the {@link Session}, under its own lock; the hub's maps follow and may be late. A
 * session found by ID may therefore be over, and {@link Session#attach} tells the caller so; and a
 * session that is due may be back, which {@link Session#expire} recognizes by the time since which
 * it waits. No lock is held while another is taken, and none while users' code or a store is
 * called.
 */
public final class Hub {
  private static final int MAX_WAITING_SESSIONS = 100_000;

  private final Topics topics;
  private final EndpointContext context;
  private final SessionSettings settings;
  private final SessionClaims claims;
  private final Statuses statuses;
  private final PresenceStore users;
  private final PresenceNotifier presenceNotifier;
  private final Presence presence;
  private final LogKey online;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  /** The sessions that wait for their clients, longest first. Guarded by itself. */
  private final SequencedMap<Session, Waiting> waiting = new LinkedHashMap<>();

  /** The total number of rooms of all waiting sessions. Guarded by {@code waiting}. */
  private int waitingRooms;

  private final ConnectionCounts connectionCounts = new ConnectionCounts();
  private final IdleSweep idleSweep;

  private record Waiting(Session session, int rooms, long since) {}

  /** Creates the shared state when an endpoint starts. */
  public Hub(
      Topics topics,
      PresenceStore users,
      EndpointContext context,
      SessionSettings settings,
      SessionClaims claims,
      LastSeen lastSeen) {
    this.topics = topics;
    this.context = context;
    this.claims = claims;
    this.users = users;
    this.settings = settings;
    this.online = topics.log(Address.EVERYONE);
    this.statuses = new Statuses(context.path(), lastSeen);
    this.presenceNotifier =
        new PresenceNotifier(settings.presence(), statuses, context.now(), this::tell);
    this.presence = new Presence(settings.presence().grace().toMillis(), users);
    this.idleSweep = new IdleSweep(context.settings().idleTimeout(), context.meter());
    claims.serve(context.path(), this::claimed);
  }

  SessionClaims claims() {
    return claims;
  }

  /** Returns the options of the endpoint's sessions. */
  SessionSettings settings() {
    return settings;
  }

  /** Returns the topics of the logs that are read. */
  public Topics topics() {
    return topics;
  }

  private void tell(Address.Room room, Draft notice, @Nullable String about) {
    Topic topic = topics.topic(room);
    if (topic != null) {
      topic.notice(notice, about);
    }
  }

  /** Returns the listener for changes of this endpoint's presence. */
  public PresenceNotifier presenceNotifier() {
    return presenceNotifier;
  }

  /** Adds one of a user's sessions to a room. Completes when everybody who asks is told so. */
  CompletionStage<?> enter(String room, String user) {
    return presence.enter(room(room), user);
  }

  /** Removes one of a user's sessions from a room. */
  void leave(String room, String user) {
    presence.leave(room(room), user);
  }

  private LogKey room(String name) {
    return topics.log(Address.room(name));
  }

  /** Returns the users in a room, in the order of joining. */
  public CompletionStage<Users> members(String room, int limit) {
    return users.first(room(room), limit);
  }

  /**
   * Returns the users in a room, or those online if {@code room} is null, in the order of names.
   */
  CompletionStage<Users> users(@Nullable String room, String after, int limit) {
    return users.after(room == null ? online : room(room), after, limit);
  }

  /** Whether the user has a session here, or had one until a moment ago. */
  public CompletionStage<Boolean> isOnline(String user) {
    return users.has(online, user);
  }

  Statuses statuses() {
    return statuses;
  }

  boolean maySee(String asker, String user) {
    return settings.presence().visibility().test(asker, user);
  }

  /** Returns the user's status, as far as {@code asker} may see it. */
  CompletionStage<UserState> status(String user, String asker) {
    if (!maySee(asker, user)) {
      return CompletableFuture.completedStage(new UserState(user, false, 0));
    }
    return isOnline(user).thenCompose(is -> statuses.state(user, is));
  }

  /** Returns the sweep that closes idle connections. */
  IdleSweep idleSweep() {
    return idleSweep;
  }

  /** Returns the counts of connections. */
  public ConnectionCounts connectionCounts() {
    return connectionCounts;
  }

  /** Returns the sessions, also those that wait; may or may not have those that begin now. */
  Collection<Session> sessions() {
    return sessions.values();
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

  /** Removes a session that was never used. Nobody has seen it, so nobody is notified. */
  void discard(Session session) {
    sessions.remove(session.id());
    session.questions().end();
    presence.leave(online, session.user());
  }

  /** A session waits for its client; {@code timestamp} is when the user was last seen. */
  void await(Session session, long now, long timestamp) {
    statuses.seen(session.user(), timestamp);
    List<String> rooms = session.rooms();
    lose(session, rooms, now);
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

  private void lose(Session session, List<String> rooms, long now) {
    presence.lose(online, session.user(), now);
    rooms.forEach(room -> presence.lose(room(room), session.user(), now));
  }

  /** Removes a waiting session. Must be called with the lock of {@code waiting} held. */
  private void waitsNoMore(Session session) {
    Waiting gone = waiting.remove(session);
    waitingRooms -= gone == null ? 0 : gone.rooms;
  }

  /**
   * Ends the waiting of a session and restores its presence, because its client came back in time.
   */
  void back(Session session) {
    synchronized (waiting) {
      waitsNoMore(session);
    }
    enterAll(session);
  }

  /** Ends a session that had a connection; {@code timestamp} is when the user was last seen. */
  void end(Session session, long timestamp) {
    statuses.seen(session.user(), timestamp);
    sessions.remove(session.id());
    session.questions().end();
    presence.leave(online, session.user());
    session.rooms().forEach(room -> leave(room, session.user()));
  }

  private void claimed(SessionMessage.Claim claim, Consumer<@Nullable MovedSession> answer) {
    Session session = sessions.get(claim.session());
    if (session == null
        || !session.proves(claim.proof())
        || (claim.user() != null && !claim.user().equals(session.user()))) {
      answer.accept(null);
    } else {
      moveAway(session, answer);
    }
  }

  /**
   * Ends a session that goes on at another server. Its user stays present for the grace period, so
   * that nobody sees them leave.
   *
   * @param moved is told what goes there; of null if the session is over. Called on any thread
   */
  private void moveAway(Session session, Consumer<@Nullable MovedSession> moved) {
    session.end(
        connection -> {
          List<String> rooms = session.rooms();
          List<OpenQuestion> questions = session.questions().moveAway(claims::await);
          if (connection == null) {
            endWaiting(session);
          } else {
            sessions.remove(session.id());
            lose(session, rooms, context.now());
            takenOver(session, connection, connection.request());
          }
          moved.accept(new MovedSession(session.user(), rooms, questions));
        },
        () -> moved.accept(null));
  }

  /**
   * Closes the connection of a session that another one has taken over.
   *
   * @param by the other one's request; if that is at another server, the former one's
   */
  void takenOver(Session session, Connection former, HttpRequest by) {
    context.audit().sessionTakenOver(by, session.user(), session.id());
    former.onLoop(
        () -> former.close(CloseCode.SESSION_TAKEN_OVER.code(), "the session goes on elsewhere"));
  }

  /** Begins a session that was another server's, at a connection. */
  Session moveHere(MovedSession moved, Connection connection) {
    Session session = new Session(claims.newId(), moved.user(), connection);
    moved.rooms().forEach(room -> session.join(room, connection));
    session.questions().moveHere(moved.questions(), claims::answer);
    sessions.put(session.id(), session);
    enterAll(session);
    return session;
  }

  private void enterAll(Session session) {
    enter(session);
    for (String room : session.rooms()) {
      CompletionStage<?> unused = enter(room, session.user());
    }
  }

  private void expire(Waiting over) {
    if (over.session.expire(over.since)) {
      forget(over.session);
    }
  }

  /** Ends a session that waited. Its presence ended, or ends, with the grace period. */
  void endWaiting(Session session) {
    synchronized (waiting) {
      waitsNoMore(session);
    }
    forget(session);
  }

  private void forget(Session session) {
    sessions.remove(session.id());
    session.questions().end();
  }

  /** Ends what is due. Call it often; its cost is proportional to what is due. */
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
   * Sends all clients away. Each comes back after a random delay of at most {@code spreadMillis}.
   */
  public void sendAway(long spreadMillis) {
    topics.close();
    connections()
        .forEach(connection ->
            connection
                .departure()
                .sendAway(ThreadLocalRandom.current().nextLong(spreadMillis + 1)));
  }

  /** Returns a user's current connections. */
  public List<Connection> connections(String user) {
    return sessions.values().stream()
        .filter(session -> session.user().equals(user))
        .map(Session::connection)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Returns all current connections. */
  public List<Connection> connections() {
    return sessions.values().stream().map(Session::connection).filter(Objects::nonNull).toList();
  }

  /** Returns how much is held, for tests. */
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
