package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.client.SessionState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts the session's reports into events for users' handlers. Thread-safe. */
final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final Logger DEBUG = LoggerFactory.getLogger("dev.switchboard.client.debug");

  private final Dispatcher dispatcher;
  private final Consumer<Report.Received> messages;
  private final BooleanSupplier goesOn;
  private final Listeners<ClientEvent> events = new Listeners<>();
  private final List<CompletableFuture<SessionInfo>> openings = new ArrayList<>(); // on the loop
  private volatile @Nullable SessionInfo session; // written on the loop; null before the first

  /**
   * Creates an instance without handlers.
   *
   * @param messages receives messages, on the loop
   * @param goesOn whether connecting continues after a failed attempt
   */
  Events(Dispatcher dispatcher, Consumer<Report.Received> messages, BooleanSupplier goesOn) {
    this.dispatcher = dispatcher;
    this.messages = messages;
    this.goesOn = goesOn;
  }

  Optional<SessionInfo> session() {
    return Optional.ofNullable(session);
  }

  <E extends ClientEvent> Subscription events(Class<E> kind, Consumer<? super E> handler) {
    return events.add(kind::isInstance, event -> handler.accept(kind.cast(event)), false);
  }

  /** On the loop: completes the future when the session opens or connecting fails. */
  void opening(CompletableFuture<SessionInfo> opened) {
    openings.add(opened);
  }

  /** On the loop: settles the futures if a call of connect had nothing to do. */
  void openAlready(SessionState state) {
    SessionInfo present = session;
    if (state == SessionState.OPEN && present != null) {
      settle(future -> future.complete(present));
    } else if (state == SessionState.CLOSING) {
      settle(future ->
          future.completeExceptionally(
              new ConnectFailedException("connect: the client is closing", 0, false, null)));
    }
  }

  /** On the loop: the client is closed, so nobody needs to wait for it to open. */
  void closed() {
    settle(future ->
        future.completeExceptionally(
            new ConnectFailedException("connect: closed before it was open", 0, true, null)));
  }

  private void settle(Consumer<CompletableFuture<SessionInfo>> how) {
    List<CompletableFuture<SessionInfo>> all = List.copyOf(openings);
    openings.clear();
    all.forEach(how);
  }

  /** On the loop: records what matters at once, and leaves the rest to the handlers' thread. */
  void reported(Report report) {
    switch (report) {
      case Report.Received message -> {
        messages.accept(message);
        return;
      }
      case Report.Opened opened -> {
        SessionInfo info = new SessionInfo(opened.session(), opened.user(), opened.resumed());
        session = info;
        settle(future -> future.complete(info));
      }
      case Report.Failed failed -> {
        if (failed.why() instanceof ConnectFailedException why && !goesOn.getAsBoolean()) {
          settle(future -> future.completeExceptionally(why));
        }
      }
      default -> {}
    }
    ClientEvent event = event(report);
    dispatcher.submit(() -> tell(event), 0);
  }

  /** On the loop: reports a line of the debug log. */
  void debug(String line) {
    dispatcher.submit(() -> tell(new ClientEvent.Debug(line)), line.length());
  }

  /** Sets where lines of the debug log go besides the handlers of events; null for the logger. */
  void debugTo(@Nullable Consumer<? super String> lines) {
    Consumer<? super String> to = lines == null ? DEBUG::info : lines;
    Subscription unused = events(ClientEvent.Debug.class, event -> to.accept(event.line()));
  }

  /** On the loop: reports the statistics. */
  void performance(Statistics statistics) {
    dispatcher.submit(() -> tell(new ClientEvent.PerformanceMetric(statistics)), 0);
  }

  /** On the handlers' thread. Logs problems that no handler listens for. */
  void tell(ClientEvent event) {
    boolean heard =
        events.tell(
            event,
            thrown -> {
              if (event instanceof ClientEvent.Failed) { // another event would loop for ever
                LOG.error("a handler of ClientEvent.Failed failed", thrown);
              } else {
                failed("ClientEvent." + event.getClass().getSimpleName(), thrown);
              }
            });
    if (!heard) {
      unheard(event);
    }
  }

  private static void unheard(ClientEvent event) {
    switch (event) {
      case ClientEvent.ValidationError invalid ->
          LOG.warn(
              "a message of type {} was dropped: {}", invalid.type(), invalid.error().getMessage());
      case ClientEvent.DecryptionFailed failed ->
          LOG.warn(
              "a message of type {} to {} was dropped: {}",
              failed.type(),
              failed.address(),
              failed.error().getMessage());
      case ClientEvent.Undelivered lost ->
          LOG.warn(
              "message {} of type {} will not be delivered: {}",
              lost.messageId(),
              lost.type(),
              lost.cause().toString());
      case ClientEvent.ProtocolMismatch differs ->
          LOG.warn(
              "the server was built from other types: {} (here: {})",
              differs.server(),
              differs.client());
      case ClientEvent.AuthFailed failed -> LOG.warn("not authenticated: {}", failed.message());
      case ClientEvent.Failed failed -> {
        if (failed.cause() instanceof RefusedException refused) {
          LOG.warn("the server refused something: {}", refused.toString());
        } else if (!(failed.cause() instanceof ConnectFailedException)) { // visible in the state
          LOG.error("something failed", failed.cause());
        }
      }
      default -> {}
    }
  }

  /** On the handlers' thread: a handler threw. {@code what} is what it was called with. */
  void failed(String what, Throwable thrown) {
    boolean heard =
        events.tell(
            new ClientEvent.Failed(thrown),
            again -> LOG.error("a handler of ClientEvent.Failed failed", again));
    if (!heard) {
      LOG.error("a handler of {} failed", what, thrown);
    }
  }

  private static ClientEvent event(Report report) {
    return switch (report) {
      case Report.Opened opened ->
          new ClientEvent.Opened(
              new SessionInfo(opened.session(), opened.user(), opened.resumed()));
      case Report.ProtocolMismatch differs ->
          new ClientEvent.ProtocolMismatch(differs.server(), differs.client());
      case Report.Closed closed ->
          new ClientEvent.Closed(closed.code(), closed.reason(), closed.clean());
      case Report.Failed failed -> new ClientEvent.Failed(failed.why());
      case Report.Reconnecting attempt -> new ClientEvent.ReconnectAttempt(attempt.attempt());
      case Report.Reconnected attempt -> new ClientEvent.ReconnectSuccess(attempt.attempt());
      case Report.ReconnectFailed attempt -> new ClientEvent.ReconnectFailed(attempt.attempt());
      case Report.Received message ->
          throw new IllegalArgumentException("message: " + message + " (expected: an event)");
      case Report.Joined joined ->
          new ClientEvent.RoomJoined(
              joined.room(), joined.how().seq(), joined.how().members(), joined.how().count());
      case Report.Left left -> new ClientEvent.RoomLeft(left.room(), left.why());
      case Report.Presence presence ->
          presence.joined()
              ? new ClientEvent.UserJoined(presence.room(), presence.user(), presence.count())
              : new ClientEvent.UserLeft(presence.room(), presence.user(), presence.count());
      case Report.Members all -> new ClientEvent.Members(all.room(), all.members(), all.count());
      case Report.UsersChanged changed ->
          new ClientEvent.UsersChanged(
              changed.room(), changed.joined(), changed.left(), changed.count(), changed.more());
      case Report.Status status -> new ClientEvent.StatusChanged(UserStatus.of(status.state()));
      case Report.Gap gap -> new ClientEvent.Gap(gap.log());
      case Report.Heartbeat beat -> new ClientEvent.Heartbeat(Duration.ofMillis(beat.roundTrip()));
      case Report.HeartbeatTimeout timeout -> new ClientEvent.HeartbeatTimeout();
      case Report.Authenticated proved ->
          new ClientEvent.Authenticated(
              proved.user(),
              proved.expiresIn() < 0 ? null : Duration.ofMillis(proved.expiresIn()),
              proved.renewed());
      case Report.AuthFailed failed -> new ClientEvent.AuthFailed(failed.message(), failed.again());
      case Report.AuthExpiring expiring ->
          new ClientEvent.AuthExpiring(Duration.ofMillis(expiring.expiresIn()));
      case Report.GoingAway away -> new ClientEvent.GoingAway(Duration.ofMillis(away.after()));
      case Report.Undelivered undelivered -> undelivered(undelivered);
    };
  }

  private static ClientEvent undelivered(Report.Undelivered undelivered) {
    byte[] data = undelivered.message().data();
    return new ClientEvent.Undelivered(
        undelivered.message().type(),
        undelivered.message().messageId(),
        data == null ? null : new String(data, StandardCharsets.UTF_8),
        undelivered.why());
  }
}
