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
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.EndpointRuntime;
import dev.switchboard.server.session.Hub;
import dev.switchboard.server.session.Session;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.PresenceStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A path of a server where clients talk in the messages of one protocol. Define it, give it to one
 * {@link Server}, and then publish through it. Defining is confined to one thread and ends when the
 * server starts; publishing is thread-safe.
 *
 * <p>Handlers and hooks run on virtual threads, one at a time and in order for each connection;
 * they may block, unless {@link #handlersOnEventLoop} has them run there. What they throw is
 * answered with an {@code error} to the sender alone: a {@link RefusedException} as it is, anything
 * else logged and as {@code internal}, which trying again does not mend.
 *
 * @param <M> the messages
 */
public final class Endpoint<M> extends SessionOptions<Endpoint<M>> {
  private final Protocol<M> protocol;
  private final Reactions<M> reactions;
  private final Encodings encodings;
  private final SlowConsumerPolicies<M> slowConsumerPolicies;
  private @Nullable EndpointRuntime runtime;

  private Endpoint(Protocol<M> protocol) {
    this.protocol = protocol;
    this.reactions = new Reactions<>(protocol);
    this.encodings = Encodings.of(protocol);
    this.slowConsumerPolicies = new SlowConsumerPolicies<>(protocol);
  }

  /**
   * An endpoint for a sealed interface of records.
   *
   * @throws dev.switchboard.protocol.DefinitionException as {@link Protocol#of}
   */
  public static <M> Endpoint<M> of(Class<M> union) {
    return of(Protocol.of(union));
  }

  /** An endpoint for a protocol, which may have validators. */
  public static <M> Endpoint<M> of(Protocol<M> protocol) {
    return new Endpoint<>(protocol);
  }

  /** Deals with a message to the server. */
  @FunctionalInterface
  public interface Handler<M, T> {
    /** Called once for each. When it returns, a sender that asked gets its {@code ack}. */
    void handle(T message, Peer<M> from) throws Exception;
  }

  /** Answers a request. */
  @FunctionalInterface
  public interface Replier<M, T, R> {
    /** Returns the reply. */
    R reply(T request, Peer<M> from) throws Exception;
  }

  /** Sees what is about to be published. */
  @FunctionalInterface
  public interface PublishHook<M, T> {
    /** Lets it pass by returning; refuses it by throwing {@link RefusedException}. */
    void publishing(T message, PublishContext<M> publishing) throws Exception;
  }

  /** Sees connections end. */
  @FunctionalInterface
  public interface CloseHandler<M> {
    /** The connection has ended; its session may go on. */
    void closed(Peer<M> peer, int code, String reason, boolean clean);
  }

  /** Decides whether somebody may join a room. */
  @FunctionalInterface
  public interface JoinHook<M> {
    /** Lets them in by returning; refuses by throwing {@link RefusedException}. */
    void joining(String room, Peer<M> who) throws Exception;
  }

  /**
   * Handles messages of a class that come without an address. One for an interface handles all its
   * messages but requests, and those for which a more specific one is given.
   *
   * @throws IllegalArgumentException if no message is of that class, or only requests are
   * @throws IllegalStateException if the class has one, or a message has one by another class and
   *     neither class is more specific
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

  /** Answers requests of a class, or of all of an interface; as {@link #on}. */
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
   * Looks at messages of a class, or of all of an interface, before they are published by clients.
   * All hooks that a message is of run, in the order they were given, until one refuses it.
   *
   * @throws IllegalArgumentException if no message is of that class, or only requests are
   * @throws IllegalStateException if the class has one
   */
  public <T extends M> Endpoint<M> onPublish(Class<T> type, PublishHook<M, T> hook) {
    return set(() -> reactions.hook(type, hook));
  }

  /**
   * Decides who may join which room; at most one. What it throws is the answer to {@code
   * join_room}. Not asked again when a session comes back to its rooms. Until it has decided,
   * nothing may be published to the room.
   */
  public Endpoint<M> onJoin(JoinHook<M> hook) {
    return set(() -> reactions.joinHook(hook));
  }

  /** Puts an interceptor inside those given before. */
  public Endpoint<M> intercept(Interceptor<M> interceptor) {
    return set(() -> reactions.interceptors().add(interceptor));
  }

  /**
   * Called on a virtual thread for each connection, before its first message is handled; at most
   * one handler. What it throws closes the connection: a {@link RefusedException} with 1008 and its
   * message, anything else with 1011. A client that comes back says so while this runs or later;
   * the peer's session, and the name of a guest, are the former ones from then on.
   */
  public Endpoint<M> onOpen(Consumer<Peer<M>> handler) {
    return set(() -> reactions.onOpen(handler));
  }

  /**
   * Called on a virtual thread once for each connection, after its last message was handled; at
   * most one handler.
   */
  public Endpoint<M> onClose(CloseHandler<M> handler) {
    return set(() -> reactions.onClose(handler));
  }

  /**
   * What becomes of fleeting messages for connections that are too slow for them. Default {@link
   * SlowConsumerPolicy#drop}.
   */
  public Endpoint<M> slowConsumers(SlowConsumerPolicy<? super M> policy) {
    return set(() -> slowConsumerPolicies.others(policy));
  }

  /** The same for fleeting messages of a class; the most specific counts, as for {@link #on}. */
  public <T extends M> Endpoint<M> slowConsumers(
      Class<T> type, SlowConsumerPolicy<? super T> policy) {
    return set(() -> slowConsumerPolicies.of(type, policy));
  }

  /** Publishes to a room, from server code. */
  public Destination<M> room(String name) {
    return new Destination<>(protocol, this::runtime, Address.room(name), null);
  }

  /** Publishes to a user's inbox, from server code. */
  public Destination<M> user(String name) {
    return new Destination<>(protocol, this::runtime, Address.user(name), null);
  }

  /** Publishes to everyone, from server code. */
  public Destination<M> everyone() {
    return new Destination<>(protocol, this::runtime, Address.EVERYONE, null);
  }

  /**
   * Whether the user has a connection, or lost the last one less than the presence grace ago. Asks
   * the {@link ServerBuilder#presence presence store}, so it may block if that is not in memory.
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

  /** Everyone who is connected now: a snapshot. */
  public List<Peer<M>> peers() {
    return hub().connections().stream().map(reactions::peerOf).toList();
  }

  /** The connections of a user: a snapshot. */
  public List<Peer<M>> peersOf(String user) {
    return hub().connections(user).stream().map(reactions::peerOf).toList();
  }

  /** The connection of a session, if it has one now. */
  public Optional<Peer<M>> peer(String session) {
    Session found = hub().session(session);
    Connection connection = found == null ? null : found.connection();
    return Optional.ofNullable(connection).map(reactions::peerOf);
  }

  // What follows is for this package.

  void start(String path, Broker broker, PresenceStore users, Time time, Meter meter) {
    EndpointContext started = begin(path, time, meter);
    SessionSettings settings = sessionSettings();
    Sizes sizes = new Sizes(protocol, encodings, started.settings());
    Topics topics = new Topics(path, broker, sizes, slowConsumerPolicies, settings, meter);
    runtime =
        new EndpointRuntime(
            started,
            protocol,
            encodings,
            sizes,
            new Hub(topics, users, started, settings),
            threads(),
            reactions);
    topics.use(Address.EVERYONE); // for as long as the server runs
  }

  /** What its connections are handed. */
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
