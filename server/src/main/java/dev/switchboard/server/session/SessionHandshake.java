package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Control.Place;
import dev.switchboard.protocol.wire.Control.Resume;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.delivery.Opening;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.spi.AuthenticatedUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives a connection its session: a new one with {@code welcome}, or a former one with {@code
 * resumed} ({@code spec/protocol.md#9-coming-back}). All logs are opened before the answer, so that
 * it can state for each log whether it was recovered; only then do entries flow. Confined to the
 * connection's loop.
 */
final class SessionHandshake {
  private final Connection connection;
  private final Hub hub;

  SessionHandshake(Connection connection) {
    this.connection = connection;
    this.hub = connection.endpoint().hub();
  }

  /**
   * Begins the connection's own new session, unless its user may not be here. Asks again
   * afterwards: an operator who forbids it at this moment either sees the session or is seen.
   *
   * @return why the user may not be here; null if the session has begun
   */
  EndpointContext.@Nullable Barred begin(@Nullable AuthenticatedUser user) {
    EndpointContext context = connection.endpoint().context();
    Session session = connection.session();
    EndpointContext.Barred before = context.barred(user);
    if (before == null) {
      hub.begin(session);
    }
    EndpointContext.Barred barred = before == null ? context.barred(user) : before;
    if (barred != null && session.end(connection) && before == null) {
      hub.discard(session);
    }
    return barred;
  }

  /**
   * Answers with the connection's own new session.
   *
   * @param failed the resume that could not be granted; null if there was none
   * @param re the ID of that request
   */
  void welcome(@Nullable Resume failed, @Nullable Id re) {
    Session session = connection.session();
    List<Place> places = failed == null ? List.of() : failed.places();
    openAll(
        session,
        List.of(Address.user(session.user()), Address.EVERYONE),
        places,
        openings -> {
          List<ServerMessages.LogState> logs =
              openings.stream()
                  .map(Opening::state)
                  .map(log -> failed == null ? plain(log) : log)
                  .toList();
          connection.greet(
              ServerMessages.welcome(
                  re,
                  session.id(),
                  session.secret(),
                  session.user(),
                  connection.endpoint().terms(),
                  logs));
        });
  }

  void welcome(@Nullable Id re) {
    welcome(null, re);
  }

  private static ServerMessages.LogState plain(ServerMessages.LogState log) {
    return new ServerMessages.LogState(log.address(), log.epoch(), log.seq(), null);
  }

  /**
   * Resumes a former session if it still waits and both the secret and the user match; otherwise
   * welcomes the client with the new session. A guest, whose identity nobody has proved, becomes
   * the user of the former session. The new session ends before the former one is taken, so if two
   * connections want each other's session, at most one of them gets it.
   */
  void resume(@Nullable Id id, Resume resume) {
    Session fresh = connection.session();
    Session former = hub.session(resume.session());
    if (former == null && hub.claims().mayBeElsewhere(resume.session())) {
      claim(id, resume);
      return;
    }
    if (former == null
        || former == fresh
        || !(connection.identified() == null || former.user().equals(fresh.user()))
        || !former.proves(resume.secret())) {
      welcome(resume, id);
      return;
    }
    if (!fresh.end(connection)) {
      return; // another connection took the session over, and closes this one with 4509
    }
    Session.Attached attached = former.attach(connection);
    if (attached.gone()) {
      fresh.goOn();
      welcome(resume, id);
      return;
    }
    connection.session(former);
    Connection standing = attached.former();
    if (standing == null) {
      hub.back(former);
    } else {
      hub.takenOver(former, standing, connection.request());
    }
    goOn(id, resume, fresh, former, null);
  }

  /** Goes on with a session instead of the connection's own new one, which has ended. */
  private void goOn(
      @Nullable Id id, Resume resume, Session fresh, Session former, @Nullable String secret) {
    fresh.questions().moveTo(former.questions());
    hub.discard(fresh);
    if (!former.user().equals(fresh.user())) {
      connection.feed().drop(Address.user(fresh.user()));
    }
    List<Address> logs = new ArrayList<>(List.of(Address.user(former.user()), Address.EVERYONE));
    former.rooms().forEach(room -> logs.add(Address.room(room)));
    openAll(
        former,
        logs,
        resume.places(),
        openings ->
            connection.send(
                ServerMessages.resumed(
                    id,
                    former.id(),
                    secret,
                    former.user(),
                    connection.endpoint().protocol().hash(),
                    openings.stream().map(Opening::state).toList())));
  }

  /** Claims the session from another server. Nothing is read from the client meanwhile. */
  private void claim(@Nullable Id id, Resume resume) {
    String path = connection.endpoint().path();
    String user = connection.identified() == null ? null : connection.session().user();
    connection.readGate().hold();
    connection.readGate().answerDue();
    hub.claims()
        .claim(path, resume.session(), resume.secret(), user)
        .thenAccept(moved ->
            connection.onLoop(
                connection
                    .readGate()
                    .answering(() -> {
                      connection.readGate().letGo();
                      claimed(id, resume, moved);
                    })));
  }

  private void claimed(@Nullable Id id, Resume resume, @Nullable MovedSession moved) {
    Session fresh = connection.session();
    if (connection.closed()) {
      return; // the client comes back elsewhere, and gets a new session
    }
    if (moved == null || restrictions().ban(connection.endpoint().path(), moved.user()) != null) {
      welcome(resume, id);
    } else if (fresh.end(connection)) { // otherwise an operator has ended it
      Session here = hub.moveHere(moved, connection);
      connection.session(here);
      leaveForbidden(here);
      goOn(id, resume, fresh, here, here.secret());
    }
  }

  /** Leaves the rooms that the user was banned from while the session was between two servers. */
  private void leaveForbidden(Session session) {
    for (String room : session.rooms()) {
      if (restrictions().ban(connection.endpoint().path(), session.user(), room) != null) {
        connection.depart(room);
      }
    }
  }

  private Restrictions restrictions() {
    return connection.endpoint().context().restrictions();
  }

  private void openAll(
      Session session, List<Address> logs, List<Place> places, Consumer<List<Opening>> answer) {
    Map<Address, Place> known = new HashMap<>();
    places.forEach(place -> known.put(place.address(), place));
    List<CompletableFuture<Opening>> opening = new ArrayList<>();
    try {
      for (Address log : logs) {
        opening.add(connection.feed().reader(log).open(known.get(log), 0).toCompletableFuture());
        CompletionStage<?> unused = opening.getLast().whenComplete(this::closeIfFailed);
      }
    } catch (
        RefusedException full) { // one of its rooms has ended meanwhile, and the limit is reached
      connection.close(CloseCode.TRY_AGAIN_LATER.code(), "too many rooms");
      return;
    }
    CompletionStage<Void> all = CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new));
    connection.readGate().answerDue();
    all.whenComplete((done, failure) -> {
      Runnable begins = () -> begin(session, opening, answer);
      connection.onLoop(connection.readGate().answering(failure == null ? begins : () -> {}));
    });
  }

  /** Answers and then lets entries flow, unless the session was taken over in the meantime. */
  private void begin(
      Session session, List<CompletableFuture<Opening>> opening, Consumer<List<Opening>> answer) {
    if (connection.session() == session) {
      List<Opening> openings = opening.stream().map(CompletableFuture::join).toList();
      answer.accept(openings);
      session.questions().open().forEach(connection::send);
      openings.forEach(one -> one.reader().start(one));
      openings.forEach(one -> one.reader().goOn());
    }
  }

  /** Closes the connection as soon as one log can't be read, however long the others take. */
  private void closeIfFailed(@Nullable Opening found, @Nullable Throwable failure) {
    if (failure != null) {
      connection.onLoop(
          () -> connection.close(CloseCode.TRY_AGAIN_LATER.code(), "history is not available"));
    }
  }
}
