package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.server.Endpoint.CloseHandler;
import dev.switchboard.server.Endpoint.JoinHook;
import dev.switchboard.server.Endpoint.PublishHook;
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
 * The users' code of a typed endpoint: what is called, and for what. Filled while the endpoint is
 * defined, then only read. It runs in mailboxes.
 */
final class Reactions<M> {
  private final Endpoint<M> endpoint;
  private final ByType<Handling<M>> handlers = new ByType<>();
  private final Set<Class<?>> hooked = new HashSet<>();
  private final Map<String, List<PublishHook<M, ?>>> hooks = new HashMap<>(); // by type
  private final Interceptors<M> interceptors = new Interceptors<>();
  private @Nullable JoinHook<M> onJoin;
  private @Nullable Consumer<Peer<M>> onOpen;
  private @Nullable CloseHandler<M> onClose;

  /** What is done with a message to the server. */
  interface Handling<M> {
    Outcome handle(Object message, Peer<M> from) throws Exception;
  }

  Reactions(Endpoint<M> endpoint) {
    this.endpoint = endpoint;
  }

  void handler(Class<?> type, Handling<M> handling) {
    handlers.put(type, ByType.covered(endpoint.protocol(), "on", type, false), handling);
  }

  void replier(Class<?> type, Handling<M> handling) {
    handlers.put(type, ByType.covered(endpoint.protocol(), "reply", type, true), handling);
  }

  void hook(Class<?> type, PublishHook<M, ?> hook) {
    var covered = ByType.covered(endpoint.protocol(), "onPublish", type, false);
    if (!hooked.add(type)) {
      throw new IllegalStateException(type.getName() + ": has a hook already (expected: one)");
    }
    covered.forEach(one -> hooks.computeIfAbsent(one.name(), name -> new ArrayList<>(1)).add(hook));
  }

  void joinHook(JoinHook<M> hook) {
    onJoin = EndpointOptions.once("onJoin", onJoin, hook);
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

  boolean asksBeforeJoins() {
    return onJoin != null;
  }

  boolean handles(MessageType<?> type) {
    return handlers.of(type.name()) != null;
  }

  /** Whether a publish of that type has to pass users' code. */
  boolean looksAt(MessageType<?> type) {
    return !interceptors.none() || hooks.containsKey(type.name());
  }

  /** Deals with a message to the server and answers it; where it may block. */
  void run(Incoming message, Connection connection) {
    if (connection.turnedAway()) {
      return;
    }
    CompletionStage<Outcome> done = handle(message, endpoint.peerOf(connection));
    new Answering(endpoint, connection, message).answer(done);
  }

  /** Refuses by throwing; where it may block. */
  void joining(Connection connection, String room) throws Exception {
    if (onJoin != null) {
      onJoin.joining(room, endpoint.peerOf(connection));
    }
  }

  /** Takes a message through the interceptors to its handler. */
  private CompletionStage<Outcome> handle(Incoming message, Peer<M> from) {
    Handling<M> handling = Objects.requireNonNull(handlers.of(message.type().name()));
    return around(
        message,
        from,
        () -> CompletableFuture.completedFuture(handling.handle(message.message(), from)));
  }

  /** Takes a message through the interceptors and its hook to the log; where it may block. */
  CompletionStage<Outcome> publish(
      Incoming message, PublishContext<M> publishing, Callable<CompletionStage<Outcome>> commit) {
    return around(
        message,
        publishing.from(),
        () -> {
          hook(message, publishing);
          return commit.call();
        });
  }

  @SuppressWarnings("unchecked") // a hook is given for a class of the messages it gets
  private void hook(Incoming message, PublishContext<M> publishing) throws Exception {
    for (PublishHook<M, ?> hook : hooks.getOrDefault(message.type().name(), List.of())) {
      ((PublishHook<M, Object>) hook).publishing(message.message(), publishing);
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
        endpoint.protocol().union().cast(message.message()),
        message.envelope().addresses(),
        Optional.ofNullable(message.envelope().messageId()),
        message.fleeting());
  }

  void opened(Connection connection) {
    Consumer<Peer<M>> handler = onOpen;
    if (handler != null) {
      connection
          .mailbox()
          .add(() -> {
            try {
              handler.accept(endpoint.peerOf(connection));
            } catch (RefusedException refused) {
              connection.turnAway(CloseCode.POLICY_VIOLATION, String.valueOf(refused.getMessage()));
            } catch (Throwable failure) { // users' code: costs its own connection
              connection.log("onOpen", failure);
              connection.turnAway(CloseCode.INTERNAL_ERROR, "the server failed");
            }
          });
    }
  }

  void closed(Connection connection, int code, String reason, boolean clean) {
    CloseHandler<M> handler = onClose;
    connection
        .mailbox()
        .add(() -> {
          try {
            if (handler != null) {
              handler.closed(endpoint.peerOf(connection), code, reason, clean);
            }
          } catch (Throwable failure) { // users' code: the rest has to be done all the same
            connection.log("onClose", failure);
          } finally {
            connection.mailbox().retire();
            endpoint
                .hub()
                .connectionCounts()
                .leave(connection.identified(), Router.address(connection.request()));
          }
        });
  }
}
