package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.Endpoint.CloseHandler;
import dev.switchboard.server.Endpoint.EncryptedHook;
import dev.switchboard.server.Endpoint.JoinHook;
import dev.switchboard.server.Endpoint.PublishHook;
import dev.switchboard.server.delivery.Sizes;
import dev.switchboard.server.session.Answer;
import dev.switchboard.server.session.Application;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.Publish;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application's handlers, hooks and interceptors for a typed endpoint. Filled while the
 * endpoint is defined, read-only afterwards.
 */
final class Reactions<M> implements Application {
  private final Protocol<M> protocol;
  private final ByType<Handling<M>> handlers = new ByType<>();
  private final Set<Class<?>> hooked = new HashSet<>();
  private final Map<String, List<PublishHook<M, ?>>> hooks = new HashMap<>(); // by type name
  private final Interceptors<M> interceptors = new Interceptors<>();

  // Set at most once each, until the server starts, then only read. Null for none.
  private @Nullable JoinHook<M> onJoin;
  private @Nullable EncryptedHook<M> onEncrypted;
  private @Nullable Consumer<Peer<M>> onOpen;
  private @Nullable CloseHandler<M> onClose;

  /** What processes a message to the server: a handler or a replier. */
  interface Handling<M> {
    Outcome handle(Object message, Peer<M> from) throws Exception;
  }

  Reactions(Protocol<M> protocol) {
    this.protocol = protocol;
  }

  void handler(Class<?> type, Handling<M> handling) {
    handlers.put(type, ByType.ofClients(protocol, "on", type, false), handling);
  }

  void replier(Class<?> type, Handling<M> handling) {
    handlers.put(type, ByType.ofClients(protocol, "reply", type, true), handling);
  }

  void hook(Class<?> type, PublishHook<M, ?> hook) {
    var covered = ByType.ofClients(protocol, "onPublish", type, false);
    if (!hooked.add(type)) {
      throw new IllegalStateException(type.getName() + ": has a hook already (expected: one)");
    }
    covered.forEach(one -> hooks.computeIfAbsent(one.name(), name -> new ArrayList<>(1)).add(hook));
  }

  void joinHook(JoinHook<M> hook) {
    onJoin = EndpointOptions.once("onJoin", onJoin, hook);
  }

  void encryptedHook(EncryptedHook<M> hook) {
    onEncrypted = EndpointOptions.once("onEncrypted", onEncrypted, hook);
  }

  /**
   * Requires that somebody decides about encrypted messages, if somebody does about others.
   *
   * @throws IllegalStateException if there are hooks or interceptors, but none for encrypted ones
   */
  void requireEncryptedHook() {
    if (onEncrypted == null && (!hooks.isEmpty() || !interceptors.none())) {
      throw new IllegalStateException(
          "encrypted: hooks and interceptors can't see its messages (expected: onEncrypted)");
    }
  }

  void onOpen(Consumer<Peer<M>> handler) {
    onOpen = EndpointOptions.once("onOpen", onOpen, handler);
  }

  void onClose(CloseHandler<M> handler) {
    onClose = EndpointOptions.once("onClose", onClose, handler);
  }

  Interceptors<M> interceptors() {
    return interceptors;
  }

  @Override
  public Object peer(Connection connection) {
    return new Peer<M>(connection);
  }

  @SuppressWarnings("unchecked") // a connection's peer was made by its own endpoint, this one
  Peer<M> peerOf(Connection connection) {
    return (Peer<M>) connection.peer();
  }

  @Override
  public boolean asksBeforeJoins() {
    return onJoin != null;
  }

  @Override
  public void joining(Connection connection, String room) throws Exception {
    if (onJoin != null) {
      onJoin.joining(room, peerOf(connection));
    }
  }

  @Override
  public boolean handles(MessageType<?> type) {
    return handlers.of(type.name()) != null;
  }

  @Override
  public CompletionStage<Answer> handle(Incoming message, Connection connection) {
    Handling<M> handling = Objects.requireNonNull(handlers.of(message.type().name()));
    Peer<M> from = peerOf(connection);
    return around(
            message,
            from,
            () -> CompletableFuture.completedFuture(handling.handle(record(message), from)))
        .thenApply(outcome -> answer(connection, message, outcome));
  }

  private Answer answer(Connection connection, Incoming message, @Nullable Outcome outcome) {
    Outcome became = Objects.requireNonNull(outcome, "outcome");
    Sizes sizes = connection.endpoint().sizes();
    return id -> draft(sizes, message, id, became);
  }

  private @Nullable Draft draft(Sizes sizes, Incoming message, Id id, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Replied replied ->
          ServerMessages.reply(
              id, protocol.typeOf(replied.reply()).name(), sizes.sent(replied.reply()));
      case Outcome.Handled handled -> message.fleeting() ? null : ServerMessages.ack(id, 0);
      case Outcome.Published published -> Publish.ack(message, id, published.seqs());
    };
  }

  /** Returns the record of a message that is not encrypted. */
  private static Object record(Incoming message) {
    return Objects.requireNonNull(message.message(), "record");
  }

  @Override
  public boolean looksAt(Incoming message) {
    return message.message() == null
        ? onEncrypted != null
        : !interceptors.none() || hooks.containsKey(message.type().name());
  }

  @Override
  public CompletionStage<Answer> publish(Publish publish) {
    PublishContext<M> context = new PublishContext<>(peerOf(publish.connection()), publish);
    if (publish.message().message() == null) {
      return encrypted(publish, context);
    }
    return around(
            publish.message(),
            context.from(),
            () -> {
              hook(publish.message(), context);
              return publish.commit().thenApply(Outcome.Published::new);
            })
        .thenApply(outcome -> answer(publish.connection(), publish.message(), outcome));
  }

  private CompletionStage<Answer> encrypted(Publish publish, PublishContext<M> context) {
    EncryptedHook<M> hook = onEncrypted;
    try {
      if (hook != null) { // if not, the message only waits for those before it
        hook.publishing(publish.message().type().name(), context);
      }
    } catch (Throwable failure) { // users' code: whatever it throws is answered
      return CompletableFuture.failedFuture(failure);
    }
    return publish
        .commit()
        .thenApply(
            seqs -> answer(publish.connection(), publish.message(), new Outcome.Published(seqs)));
  }

  @SuppressWarnings("unchecked") // a hook is given for a class of the messages it gets
  private void hook(Incoming message, PublishContext<M> publishing) throws Exception {
    for (PublishHook<M, ?> hook : hooks.getOrDefault(message.type().name(), List.of())) {
      ((PublishHook<M, Object>) hook).publishing(record(message), publishing);
    }
  }

  private CompletionStage<Outcome> around(
      Incoming message, Peer<M> from, Callable<CompletionStage<Outcome>> innermost) {
    if (interceptors.none()) {
      try {
        return innermost.call();
      } catch (Throwable failure) { // users' code: whatever it throws is answered
        return CompletableFuture.failedFuture(failure);
      }
    }
    return interceptors.around(inbound(message), from, innermost);
  }

  private Inbound<M> inbound(Incoming message) {
    return new Inbound<>(
        protocol.union().cast(record(message)),
        message.envelope().addresses(),
        Optional.ofNullable(message.envelope().messageId()),
        message.fleeting());
  }

  @Override
  public void opened(Connection connection) {
    Consumer<Peer<M>> handler = onOpen;
    if (handler != null) {
      connection.mailbox().add(() -> opened(handler, connection));
    }
  }

  private void opened(Consumer<Peer<M>> handler, Connection connection) {
    try {
      handler.accept(peerOf(connection));
    } catch (RefusedException refused) {
      connection
          .departure()
          .turnAway(CloseCode.POLICY_VIOLATION, String.valueOf(refused.getMessage()));
    } catch (Throwable failure) { // users' code: only its own connection is closed
      connection.failed("onOpen", failure);
      connection.departure().turnAway(CloseCode.INTERNAL_ERROR, "the server failed");
    }
  }

  @Override
  public void closed(Connection connection, int code, String reason, boolean clean) {
    if (onClose != null) {
      onClose.closed(peerOf(connection), code, reason, clean);
    }
  }
}
