package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.delivery.Opening;
import dev.switchboard.server.delivery.Reader;
import dev.switchboard.server.limits.UserBytes;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.PresenceStore.Users;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Handles the requests of one connection. Confined to the connection's loop. */
final class RequestHandler implements ServerConversation.Requests {
  /** What a request costs that reads the log or the users of a room, or verifies a signature. */
  private static final int COSTLY = 5;

  private static final int CHEAP = 1;

  private final EndpointRuntime endpoint;
  private final Connection connection;
  private final Hub hub;
  private final HistoryPages historyPages;
  private final Permissions permissions;

  /**
   * The joins that hooks are deciding: the room, and whether the client left it in the meantime.
   * Confined to the loop.
   */
  private final List<Map.Entry<String, AtomicBoolean>> hooked = new ArrayList<>(0);

  RequestHandler(EndpointRuntime endpoint, Connection connection) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.hub = endpoint.hub();
    this.permissions =
        new Permissions(
            endpoint.context(),
            endpoint.sessionSettings(),
            connection::user,
            room -> connection.session().in(room));
    this.historyPages = new HistoryPages(endpoint.topics(), endpoint.sizes(), connection);
  }

  @Override
  public void answer(Draft answer) {
    connection.send(answer);
  }

  private void asked() {
    connection.heard();
    connection.readGate().asked();
  }

  /** Charges a request for its cost. Returns whether it may be answered. */
  private boolean asked(@Nullable Id id, int cost) {
    asked();
    return connection.admission().asks(id, cost);
  }

  @Override
  public void refused(ErrorCode code) {
    endpoint.meter().error(code);
  }

  @Override
  public void resume(@Nullable Id id, Control.Resume resume) {
    new SessionHandshake(connection).resume(id, resume);
  }

  @Override
  public void authenticate(@Nullable Id id, Control.Authenticate authenticate) {
    if (asked(id, COSTLY)) {
      connection.identification().authenticate(id, Identification.shown(authenticate));
    }
  }

  @Override
  public void join(@Nullable Id id, Control.JoinRoom join) {
    if (!asked(id, COSTLY)) {
      return;
    }
    if (!endpoint.application().asksBeforeJoins() || connection.session().in(join.room())) {
      enter(id, join);
      return;
    }
    connection.readGate().answerDue();
    AtomicBoolean left = new AtomicBoolean();
    hooked.add(Map.entry(join.room(), left));
    connection
        .mailbox()
        .add(() -> {
          if (connection.departure().turnedAway()) {
            return;
          }
          Throwable refusal = null;
          try {
            endpoint.application().joining(connection, join.room());
          } catch (Throwable failure) { // users' code may throw anything; the client is told
            refusal = failure;
          }
          Throwable refused = refusal;
          answer(() -> decided(id, join, left, refused));
        });
  }

  private void decided(
      @Nullable Id id, Control.JoinRoom join, AtomicBoolean left, @Nullable Throwable refused) {
    hooked.removeIf(one -> one.getValue().equals(left));
    if (refused != null) {
      if (refused instanceof RefusedException known) { // others are failures of users' code
        auditJoin(join.room(), known);
      }
      connection.refuse(id, refused, "onJoin of " + join.room());
    } else if (left.get()) {
      connection.refuse(id, Opening.leftMeanwhile());
    } else {
      enter(id, join);
    }
  }

  private void auditJoin(String room, RefusedException refused) {
    endpoint
        .context()
        .audit()
        .joinRefused(
            connection.request(), connection.user(), room, String.valueOf(refused.getMessage()));
  }

  private void enter(@Nullable Id id, Control.JoinRoom join) {
    Session session = connection.session();
    String room = join.room();
    if (connection.closed() || !session.isOf(connection)) {
      return; // the connection is closed with 4509
    }
    Reader reader;
    try {
      requireRoomFor(session, room);
      reader = connection.feed().reader(Address.room(room));
    } catch (RefusedException full) {
      connection.refuse(id, full);
      return;
    }
    boolean joined = session.join(room, connection);
    try {
      permissions.requireJoin(room);
    } catch (RefusedException banned) {
      if (joined && session.leave(room, connection)) { // otherwise the ban is about to remove it
        connection.feed().drop(Address.room(room));
      }
      auditJoin(room, banned);
      connection.refuse(id, banned);
      return;
    }
    CompletionStage<?> there =
        joined ? hub.enter(room, session.user()) : CompletableFuture.completedStage(room);
    CompletionStage<Opening> opened = reader.open(join.since(), join.recent());
    connection.readGate().answerDue();
    opened.whenComplete((opening, failure) -> {
      if (failure != null) {
        answer(() -> notJoined(id, room, failure));
      } else {
        there
            .thenCompose(told -> hub.members(room, Limits.MAX_LISTED_USERS))
            .whenComplete(
                (members, unknown) -> answer(() -> joined(id, room, opening, members, unknown)));
      }
    });
  }

  /** Runs a pending answer on the loop. Thread-safe. */
  private void answer(Runnable answering) {
    connection.onLoop(connection.readGate().answering(answering));
  }

  /**
   * Answers a failed join. The session leaves the room, unless a later attempt to join is still
   * running.
   */
  private void notJoined(@Nullable Id id, String room, Throwable failure) {
    if (connection.closed()) {
      return;
    }
    if (!connection.feed().reads(Address.room(room))) {
      connection.depart(room);
    }
    connection.refuse(id, failure);
  }

  private void requireRoomFor(Session session, String room) {
    int most = endpoint.sessionSettings().sessions().maxRooms();
    if (!session.in(room) && session.roomCount() >= most) {
      endpoint.meter().limit(Limit.SESSION_ROOMS);
      throw new RefusedException(
          ErrorCode.CONFLICT,
          "room: in " + session.roomCount() + " rooms already (expected: fewer than " + most + ")");
    }
  }

  private void joined(
      @Nullable Id id, String room, Opening opening, Users members, @Nullable Throwable unknown) {
    if (connection.closed()) {
      return;
    }
    if (!connection.feed().reads(Address.room(room), opening.reader())) {
      connection.refuse(id, Opening.leftMeanwhile());
      return;
    }
    if (unknown != null) { // without presence, nobody would know that the user is here
      connection.depart(room);
      connection.refuse(id, unknown);
      return;
    }
    ServerMessages.LogState state = opening.state();
    connection.send(
        ServerMessages.roomJoined(
            id,
            room,
            state.epoch(),
            state.seq(),
            members.names(),
            members.count(),
            Boolean.TRUE.equals(state.recovered())));
    opening.reader().start(opening);
    opening.reader().goOn();
  }

  @Override
  public void leave(@Nullable Id id, Control.LeaveRoom leave) {
    asked();
    String room = leave.room();
    boolean waited = false;
    for (Map.Entry<String, AtomicBoolean> join : hooked) {
      if (join.getKey().equals(room)) {
        join.getValue().set(true);
        waited = true;
      }
    }
    if (connection.depart(room) || waited) {
      connection.send(ServerMessages.roomLeft(id, room));
    } else {
      connection.refuse(id, Permissions.notAMember(room));
    }
  }

  /** Runs a check. Returns whether it passes; if not, the client was told. */
  private boolean permitted(@Nullable Id id, Runnable check) {
    try {
      check.run();
      return true;
    } catch (RefusedException refused) {
      connection.refuse(id, refused);
      return false;
    }
  }

  @Override
  public void userList(@Nullable Id id, Control.UserList list) {
    if (!asked(id, COSTLY)) {
      return;
    }
    String room = list.room();
    String after = list.after() == null ? "" : list.after();
    if (!permitted(id, () -> permissions.requireUserList(room))) {
      return;
    }
    CompletionStage<Users> found = hub.users(room, after, Limits.MAX_LISTED_USERS);
    connection.readGate().answerDue();
    found.whenComplete((users, failure) -> {
      Runnable answering =
          failure != null
              ? () -> connection.refuse(id, failure)
              : () ->
                  connection.answer(
                      ServerMessages.userList(id, room, users.names(), users.count()));
      connection.readGate().answering(answering).run();
    });
  }

  @Override
  public void userStatus(@Nullable Id id, Control.UserStatus status) {
    if (asked(id, CHEAP)) {
      connection.statusWatches().ask(id, status);
    }
  }

  @Override
  public void history(@Nullable Id id, Control.History history) {
    connection.heard();
    if (connection.admission().asks(id, COSTLY)
        && permitted(id, () -> permissions.requireHistory(history.address()))) {
      historyPages.answer(id, history);
    }
  }

  @Override
  public void publish(Incoming message) {
    connection.heard();
    try {
      for (Address address : message.envelope().addresses()) {
        permissions.requirePublish(message.type().name(), address);
      }
      endpoint.sizes().requirePublished(message.type().name(), message.envelope().payload());
      takeBytes(message);
    } catch (RefusedException refused) {
      new Answering(endpoint, connection, message).answer(null, refused);
      return;
    }
    connection.admission().charge(message.envelope().addresses().size() - 1);
    Publish publish = new Publish(endpoint, connection, message);
    if (endpoint.application().looksAt(message) || !connection.mailbox().idle()) {
      connection.mailbox().add(publish::runHooked, size(message));
    } else {
      publish.run();
    }
  }

  private void takeBytes(Incoming message) {
    UserBytes quota = endpoint.sessionSettings().publishing().userBytes();
    if (quota == null || message.fleeting()) {
      return;
    }
    Payload data = message.envelope().payload();
    try {
      quota.take(
          connection.session().user(),
          message.envelope().addresses().size(),
          data == null ? 0 : data.json().length, // as it is stored in logs
          endpoint.context().now());
    } catch (RefusedException refused) {
      endpoint.meter().limit(Limit.USER_BYTES);
      throw refused;
    }
  }

  /** Passes a message to its handler, and answers it. Must run where blocking is allowed. */
  private void run(Incoming message) {
    if (!connection.departure().turnedAway()) {
      new Answering(endpoint, connection, message)
          .answer(endpoint.application().handle(message, connection));
    }
  }

  private static int size(Incoming message) {
    Payload data = message.envelope().payload();
    return data == null ? 0 : data.bytes().length;
  }

  @Override
  public void handle(Incoming message) {
    connection.heard();
    if (endpoint.application().handles(message.type())) {
      connection.mailbox().add(() -> run(message), size(message));
    } else {
      connection.refuse(
          message.envelope().id(),
          new RefusedException(
              ErrorCode.UNKNOWN_TYPE,
              "type: " + message.type().name() + " has no handler here (expected: an address)"));
    }
  }

  @Override
  public void failed(@Nullable Id id, String type, RuntimeException failure) {
    connection.refuse(id, failure, "checking " + type);
  }

  @Override
  public void answered(ServerConversation.Answer answer) {
    connection.session().questions().answered(answer);
  }
}
