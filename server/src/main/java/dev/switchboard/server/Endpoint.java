package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.server.delivery.Sizes;
import dev.switchboard.server.delivery.Topics;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.EndpointRuntime;
import dev.switchboard.server.session.Hub;
import dev.switchboard.server.session.Session;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket endpoint whose clients exchange the typed messages of one protocol. Define it, give
 * it to one {@link Server}, and publish through it. Definition is confined to one thread and ends
 * when the server starts; publishing is thread-safe.
 *
 * <p>Handlers and hooks run on virtual threads, one at a time and in order for each connection.
 * They may block, unless {@link #handlersOnEventLoop} moves them to the event loop. If one throws,
 * only the sender gets an {@code error}: a {@link RefusedException} is sent as it is; any other
 * exception is logged and sent as {@code internal}, and retrying does not help.
 *
 * @param <M> the protocol's sealed interface
 */
public final class Endpoint<M> extends SessionOptions<Endpoint<M>> {
  private final Protocol<M> protocol;
  private final Reactions<M> reactions;
  private final Encodings encodings;
  private final SlowConsumerPolicies<M> slowConsumerPolicies;
  private @Nullable EndpointRuntime runtime; // set once, when the server starts; null until then
  private @Nullable Orders orders; // likewise

  private Endpoint(Protocol<M> protocol) {
    this.protocol = protocol;
    this.reactions = new Reactions<>(protocol);
    this.encodings = Encodings.of(protocol);
    this.slowConsumerPolicies = new SlowConsumerPolicies<>(protocol);
  }

  /**
   * Creates an endpoint for the messages of a sealed interface of records.
   *
   * @throws dev.switchboard.protocol.DefinitionException as for {@link Protocol#of}
   */
  public static <M> Endpoint<M> of(Class<M> union) {
    return of(Protocol.of(union));
  }

  /** Creates an endpoint for a protocol, which may have validators. */
  public static <M> Endpoint<M> of(Protocol<M> protocol) {
    return new Endpoint<>(protocol);
  }

  /** Handles messages that clients send to the server. */
  @FunctionalInterface
  public interface Handler<M, T> {
    /**
     * Handles one message. Called once for each message. When it returns, a sender that asked for
     * an acknowledgement gets its {@code ack}.
     */
    void handle(T message, Peer<M> from) throws Exception;
  }

  /** Answers requests from clients. */
  @FunctionalInterface
  public interface Replier<M, T, R> {
    /** Returns the reply. */
    R reply(T request, Peer<M> from) throws Exception;
  }

  /** Checks messages before they are published. */
  @FunctionalInterface
  public interface PublishHook<M, T> {
    /** Accepts the message by returning, or refuses it by throwing {@link RefusedException}. */
    void publishing(T message, PublishContext<M> publishing) throws Exception;
  }

  /** Checks encrypted messages before they are published. */
  @FunctionalInterface
  public interface EncryptedHook<M> {
    /**
     * Accepts the message by returning, or refuses it by throwing {@link RefusedException}.
     *
     * @param type the name of the message's type
     */
    void publishing(String type, PublishContext<M> publishing) throws Exception;
  }

  /** Called when connections end. */
  @FunctionalInterface
  public interface CloseHandler<M> {
    /** Called when the connection has ended. Its session may continue on another connection. */
    void closed(Peer<M> peer, int code, String reason, boolean clean);
  }

  /** Decides who may join a room. */
  @FunctionalInterface
  public interface JoinHook<M> {
    /** Allows the join by returning, or refuses it by throwing {@link RefusedException}. */
    void joining(String room, Peer<M> who) throws Exception;
  }

  /**
   * Sets the handler for messages of a class that clients send without an address. A handler for an
   * interface gets all of its messages except requests and those with a more specific handler.
   *
   * @throws IllegalArgumentException if no message is of that class, or only requests are
   * @throws IllegalStateException if the class already has a handler, or a message has one by
   *     another class and neither class is more specific
   */
  public <T extends M> Endpoint<M> on(Class<T> type, Handler<M, ? super T> handler) {
    return set(() ->
        reactions.handler(
            type,
            (message, from) -> {
              handler.handle(type.cast(message), from);
              return new Outcome.Handled();
            }));
  }

  /** Sets the replier for requests of a class, or of an interface; otherwise like {@link #on}. */
  public <R extends Record, T extends Request<R>> Endpoint<M> reply(
      Class<T> type, Replier<M, ? super T, ? extends R> replier) {
    return set(() ->
        reactions.replier(
            type,
            (message, from) ->
                new Outcome.Replied(
                    Objects.requireNonNull(replier.reply(type.cast(message), from), "reply"))));
  }

  /**
   * Lets clients publish messages of a class, or all types of an interface, to some addresses. By
   * default clients may publish nothing; what server code publishes is not affected. Calls add up.
   * A client must also be in the room, and every hook must agree ({@link #onPublish}).
   *
   * <pre>{@code
   * endpoint
   *     .clientsMayPublish(Chat.Text.class, Addresses.rooms("team.*"), Addresses.users())
   *     .clientsMayPublish(Chat.Typing.class, Addresses.rooms())
   * }</pre>
   *
   * @throws IllegalArgumentException if no message is of that class, or only requests and types
   *     that come {@link dev.switchboard.protocol.FromServer from the server}, or without an
   *     address
   */
  public Endpoint<M> clientsMayPublish(Class<? extends M> type, Addresses... where) {
    return set(() -> {
      var types = ByType.ofClients(protocol, "clientsMayPublish", type, false);
      if (where.length == 0) {
        throw new IllegalArgumentException(
            "clientsMayPublish: nowhere (expected: Addresses.rooms(), for example)");
      }
      for (Addresses some : where) {
        types.forEach(one -> publishRules().allow(one.name(), some.test()));
      }
    });
  }

  /**
   * Adds a hook that runs before clients' messages of a class, or of an interface, are published.
   * All hooks that cover a message run in the order they were added, until one refuses it.
   *
   * @throws IllegalArgumentException if no message is of that class, or only requests are
   * @throws IllegalStateException if the class already has a hook
   */
  public <T extends M> Endpoint<M> onPublish(Class<T> type, PublishHook<M, T> hook) {
    return set(() -> reactions.hook(type, hook));
  }

  /**
   * Sets the hook that runs before clients' encrypted messages are published; at most one. It sees
   * who sends which type where, but not what the message says.
   */
  public Endpoint<M> onEncrypted(EncryptedHook<M> hook) {
    return set(() -> reactions.encryptedHook(hook));
  }

  /**
   * Sets the hook that decides who may join which room; at most one. If it throws, that is the
   * answer to {@code join_room}. It is not called again when a session returns to its rooms. Until
   * it has decided, the client is not in the room and can't publish to it.
   */
  public Endpoint<M> onJoin(JoinHook<M> hook) {
    return set(() -> reactions.joinHook(hook));
  }

  /** Adds an interceptor inside those already added. */
  public Endpoint<M> intercept(Interceptor<M> interceptor) {
    return set(() -> reactions.interceptors().add(interceptor));
  }

  /**
   * Sets the handler that is called for each connection, on a virtual thread and before the first
   * message is handled; at most one. If it throws, the connection is closed: with 1008 and the
   * exception's message for a {@link RefusedException}, with 1011 for any other. A returning client
   * resumes its session while the handler runs or later; from then on the peer has the former
   * session and, if it is a guest, the former name.
   */
  public Endpoint<M> onOpen(Consumer<Peer<M>> handler) {
    return set(() -> reactions.onOpen(handler));
  }

  /**
   * Sets the handler that is called once for each connection, on a virtual thread and after the
   * last message was handled; at most one.
   */
  public Endpoint<M> onClose(CloseHandler<M> handler) {
    return set(() -> reactions.onClose(handler));
  }

  /**
   * Sets what happens to fleeting messages for connections that are too slow; {@link
   * SlowConsumerPolicy#drop} by default.
   */
  public Endpoint<M> slowConsumers(SlowConsumerPolicy<? super M> policy) {
    return set(() -> slowConsumerPolicies.others(policy));
  }

  /**
   * Sets the policy for fleeting messages of a class. The most specific one applies, as for {@link
   * #on}.
   */
  public <T extends M> Endpoint<M> slowConsumers(
      Class<T> type, SlowConsumerPolicy<? super T> policy) {
    return set(() -> slowConsumerPolicies.of(type, policy));
  }

  /** Returns a room that server code can publish to. */
  public Destination<M> room(String name) {
    return destination(Address.room(name));
  }

  /** Returns a user's inbox that server code can publish to. */
  public Destination<M> user(String name) {
    return destination(Address.user(name));
  }

  /** Returns the destination that reaches everyone. */
  public Destination<M> everyone() {
    return destination(Address.EVERYONE);
  }

  /**
   * Returns whether the user has a connection or lost the last one less than the presence grace
   * ago. Asks the {@link ServerBuilder#presence presence store}, so it may block if that is not in
   * memory.
   *
   * @throws RefusedException {@code unavailable} if the store can't be reached
   */
  public boolean isOnline(String user) {
    try {
      return hub().isOnline(user).toCompletableFuture().join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof RefusedException refused ? refused : failed;
    }
  }

  /** Returns a snapshot of all connections. */
  public List<Peer<M>> peers() {
    return hub().connections().stream().map(reactions::peerOf).toList();
  }

  /** Returns a snapshot of a user's connections. */
  public List<Peer<M>> peersOf(String user) {
    return hub().connections(user).stream().map(reactions::peerOf).toList();
  }

  /** Returns a session's connection; empty if it has none now. */
  public Optional<Peer<M>> peer(String session) {
    Session found = hub().session(session);
    Connection connection = found == null ? null : found.connection();
    return Optional.ofNullable(connection).map(reactions::peerOf);
  }

  /** Returns an operator's power over the users of this endpoint. */
  public Moderation moderation() {
    return new Moderation(this::context, () -> started(orders), null);
  }

  // Package-private from here on.

  Destination<M> destination(Address address) {
    return new Destination<>(protocol, this::runtime, address, null);
  }

  void start(String path, Services services, Meter meter) {
    if (!encrypted.none()) {
      reactions.requireEncryptedHook();
    }
    EndpointContext started = begin(path, services, meter);
    SessionSettings settings = sessionSettings();
    Sizes sizes = new Sizes(protocol, encodings, started.settings());
    Topics topics =
        new Topics(path, services.broker(), sizes, slowConsumerPolicies, settings, meter);
    orders = services.orders();
    runtime =
        new EndpointRuntime(
            started,
            protocol,
            encodings,
            sizes,
            new Hub(
                topics,
                services.users(),
                started,
                settings,
                services.claims(),
                services.lastSeen(settings.presence().lastSeenOf())),
            threads(),
            reactions);
    topics.use(Address.EVERYONE); // for as long as the server runs
  }

  /**
   * Returns what connections share.
   *
   * @throws NullPointerException if the server has not started
   */
  EndpointRuntime runtime() {
    return started(runtime);
  }

  @Override
  Endpoint<M> self() {
    return this;
  }

  Hub hub() {
    return runtime().hub();
  }
}
