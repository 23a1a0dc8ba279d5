package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ConnectException;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.internal.ClientReport;
import dev.switchboard.protocol.internal.ClientState;
import dev.switchboard.protocol.internal.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what the session reports into what users' handlers get. Thread-safe. */
final class Events<M> {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);

  private final Protocol<M> protocol;
  private final Dispatcher dispatcher;
  private final Listeners<MessageEvent<? extends M>> messages = new Listeners<>();
  private final Listeners<ClientEvent> events = new Listeners<>();
  private final List<CompletableFuture<SessionInfo>> openings = new ArrayList<>();
  private volatile @Nullable SessionInfo session;

  Events(Protocol<M> protocol, Dispatcher dispatcher) {
    this.protocol = protocol;
    this.dispatcher = dispatcher;
  }

  Optional<SessionInfo> session() {
    return Optional.ofNullable(session);
  }

  Subscription onMatching(
      Predicate<MessageEvent<?>> filter, Consumer<? super MessageEvent<? extends M>> handler) {
    return messages.add(filter, handler, false);
  }

  @SuppressWarnings("unchecked") // the filter lets only those through
  <T extends M> Subscription on(
      Class<T> type, Consumer<? super MessageEvent<T>> handler, boolean once) {
    return messages.add(
        event -> type.isInstance(event.message()),
        event -> handler.accept((MessageEvent<T>) event),
        once);
  }

  <E extends ClientEvent> Subscription events(Class<E> kind, Consumer<? super E> handler) {
    return events.add(kind::isInstance, event -> handler.accept(kind.cast(event)), false);
  }

  /** A future that the next opening completes, or its failure. */
  CompletableFuture<SessionInfo> opening() {
    CompletableFuture<SessionInfo> opened = new CompletableFuture<>();
    synchronized (openings) {
      openings.add(opened);
    }
    return opened;
  }

  /** After a call of connect that may have had nothing to do. */
  void openAlready(ClientState state) {
    SessionInfo present = session;
    if (state == ClientState.OPEN && present != null) {
      settle(future -> future.complete(present));
    } else if (state == ClientState.CLOSING) {
      settle(future ->
          future.completeExceptionally(
              new ConnectException("connect: the client is closing", 0, false, null)));
    }
  }

  private void settle(Consumer<CompletableFuture<SessionInfo>> how) {
    List<CompletableFuture<SessionInfo>> all;
    synchronized (openings) {
      all = List.copyOf(openings);
      openings.clear();
    }
    all.forEach(how);
  }

  /** On the loop: notes what matters at once, and leaves the rest to the handlers' thread. */
  void reported(ClientReport report) {
    switch (report) {
      case ClientReport.Message message -> {
        if (!messages.isEmpty()) {
          byte[] data = message.envelope().data();
          dispatcher.submit(() -> received(message.envelope()), data == null ? 0 : data.length);
        }
        return;
      }
      case ClientReport.Opened opened -> {
        SessionInfo info = new SessionInfo(opened.session(), opened.user(), opened.resumed());
        session = info;
        settle(future -> future.complete(info));
      }
      case ClientReport.Failed failed -> {
        if (failed.why() instanceof ConnectException why) {
          settle(future -> future.completeExceptionally(why));
        }
      }
      default -> {}
    }
    ClientEvent event = event(report);
    dispatcher.submit(() -> tell(event), 0);
  }

  private void received(Envelope envelope) {
    MessageEvent<? extends M> event;
    try {
      event = read(envelope);
    } catch (InvalidMessageException invalid) {
      byte[] data = envelope.data();
      tell(
          new ClientEvent.ValidationError(
              invalid,
              envelope.type(),
              data == null ? null : new String(data, StandardCharsets.UTF_8)));
      return;
    }
    if (event != null) {
      messages.tell(event, this::failed);
    }
  }

  /** Those of the messages that this client knows and that are valid. */
  List<MessageEvent<? extends M>> readable(List<Envelope> entries) {
    List<MessageEvent<? extends M>> read = new ArrayList<>();
    for (Envelope entry : entries) {
      try {
        MessageEvent<? extends M> event = read(entry);
        if (event != null) {
          read.add(event);
        }
      } catch (InvalidMessageException invalid) {
        LOG.debug("an invalid {} in the history: {}", entry.type(), invalid.getMessage());
      }
    }
    return read;
  }

  private @Nullable MessageEvent<? extends M> read(Envelope envelope) {
    MessageType<? extends M> type = protocol.find(envelope.type());
    if (type == null) {
      LOG.debug("a message of type {}, which is not known here", envelope.type());
      return null;
    }
    return read(type, envelope);
  }

  private <T extends M> MessageEvent<T> read(MessageType<T> type, Envelope envelope) {
    List<Address> addresses = envelope.addresses();
    return new MessageEvent<>(
        protocol.decode(type, envelope.data()),
        type.name(),
        addresses.isEmpty() ? null : addresses.get(0),
        envelope.fleeting() ? 0 : envelope.seq(),
        envelope.from(),
        Instant.ofEpochMilli(envelope.timestamp()),
        envelope.messageId());
  }

  private void tell(ClientEvent event) {
    events.tell(
        event,
        thrown -> {
          if (event instanceof ClientEvent.Failed) { // or it would go round for ever
            LOG.warn("a handler of errors failed", thrown);
          } else {
            failed(thrown);
          }
        });
  }

  private void failed(Throwable thrown) {
    LOG.debug("a handler failed", thrown);
    tell(new ClientEvent.Failed(thrown));
  }

  private static ClientEvent event(ClientReport report) {
    return switch (report) {
      case ClientReport.Opened opened ->
          new ClientEvent.Opened(
              new SessionInfo(opened.session(), opened.user(), opened.resumed()));
      case ClientReport.Closed closed ->
          new ClientEvent.Closed(closed.code(), closed.reason(), closed.clean());
      case ClientReport.Failed failed -> new ClientEvent.Failed(failed.why());
      case ClientReport.Reconnecting attempt -> new ClientEvent.ReconnectAttempt(attempt.attempt());
      case ClientReport.Reconnected attempt -> new ClientEvent.ReconnectSuccess(attempt.attempt());
      case ClientReport.ReconnectFailed attempt ->
          new ClientEvent.ReconnectFailed(attempt.attempt());
      case ClientReport.Message message ->
          throw new IllegalArgumentException("message: " + message + " (expected: an event)");
      case ClientReport.Joined joined ->
          new ClientEvent.RoomJoined(
              joined.room(), joined.how().seq(), joined.how().members(), joined.how().count());
      case ClientReport.Left left -> new ClientEvent.RoomLeft(left.room());
      case ClientReport.Presence presence ->
          presence.joined()
              ? new ClientEvent.UserJoined(presence.room(), presence.user(), presence.count())
              : new ClientEvent.UserLeft(presence.room(), presence.user(), presence.count());
      case ClientReport.Gap gap -> new ClientEvent.Gap(gap.log());
      case ClientReport.Heartbeat beat ->
          new ClientEvent.Heartbeat(Duration.ofMillis(beat.roundTrip()));
      case ClientReport.HeartbeatTimeout timeout -> new ClientEvent.HeartbeatTimeout();
      case ClientReport.GoingAway away ->
          new ClientEvent.GoingAway(Duration.ofMillis(away.after()));
    };
  }
}
