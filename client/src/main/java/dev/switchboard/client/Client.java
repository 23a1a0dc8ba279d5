package dev.switchboard.client;

import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.client.Report;
import dev.switchboard.protocol.wire.Encodings;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A typed client of a Switchboard server: rooms, acknowledged messages, requests. Thread-safe;
 * which thread runs handlers says {@link WebSocketClient}.
 *
 * @param <M> the protocol's sealed interface
 */
public final class Client<M> extends WebSocketClient implements TypedClient<M> {
  private final TypedMessages<M> messages;
  private final CommandFactory<M> factory;
  private final Replies<M> replies;
  private final Statuses statuses = new Statuses(this);

  Client(Protocol<M> protocol, ClientOptions options) {
    super(options, Encodings.of(protocol));
    this.messages = new TypedMessages<>(protocol, dispatcher, events, pulled);
    this.factory = new CommandFactory<>(protocol, messages);
    this.replies = new Replies<>(protocol, dispatcher, engine);
  }

  @Override
  void received(Report.Received message) {
    if (message instanceof Report.Question question) {
      replies.asked(question);
    } else {
      messages.received(message);
    }
  }

  /**
   * Starts with a client for the messages of a sealed interface.
   *
   * @throws dev.switchboard.protocol.DefinitionException as {@link Protocol#of}
   */
  public static <M> ClientBuilder<Client<M>> of(Class<M> union) {
    return of(Protocol.of(union));
  }

  /** Starts with a client for a protocol. */
  public static <M> ClientBuilder<Client<M>> of(Protocol<M> protocol) {
    return new ClientBuilder<>(true, options -> new Client<>(protocol, options));
  }

  /**
   * Starts with a client for the messages of a sealed interface, and a server that is not ours.
   *
   * @throws dev.switchboard.protocol.DefinitionException as {@link Protocol#foreign}, or if the
   *     form cannot carry a type
   */
  public static <M> ClientBuilder<PlainClient<M>> of(Class<M> union, MessageFormat form) {
    Protocol<M> protocol = Protocol.foreign(union);
    form.check(protocol);
    return new ClientBuilder<>(false, options -> new PlainClient<>(protocol, form, options));
  }

  /** Starts with a client for text and binary, and a server that is not ours. */
  public static ClientBuilder<RawClient> raw() {
    return new ClientBuilder<>(false, RawClient::new);
  }

  /** The session, once there was one. */
  public Optional<SessionInfo> session() {
    return events.session();
  }

  /** The rooms the client is in, in the order of joining. */
  public List<String> rooms() {
    return engine.rooms();
  }

  /** Joins a room from now on, and returns when the server has answered. */
  public Room<M> join(String room) {
    return join(room, Join.DEFAULT);
  }

  /**
   * Joins a room, and returns when the server has answered; the messages asked for follow.
   *
   * @throws RefusedException if the server refused or did not answer in time
   * @throws dev.switchboard.protocol.UnsentException if there was no connection in time
   */
  public Room<M> join(String room, Join how) {
    Room<M> joined = new Room<>(this, room);
    Command.Join ask = new Command.Join(room, how.recent(), null);
    blocking(ask, ask);
    return joined;
  }

  /** The same as {@link #join(String)} without blocking. */
  public CompletionStage<Room<M>> joinAsync(String room) {
    return joinAsync(room, Join.DEFAULT);
  }

  /** The same as {@link #join(String, Join)} without blocking. */
  public CompletionStage<Room<M>> joinAsync(String room, Join how) {
    Room<M> joined = new Room<>(this, room);
    Command.Join ask = new Command.Join(room, how.recent(), null);
    return later(ask, ask, 0, answer -> joined);
  }

  /** The log that everyone reads. */
  public Channel<M> everyone() {
    return new Channel<>(this, Address.EVERYONE);
  }

  /** A user's inbox, which all sessions of that user read; publish to it for a direct message. */
  public Channel<M> inbox(String user) {
    return new Channel<>(this, Address.user(user));
  }

  /** Publishes to several rooms, to all or to none; see {@link Channel#publish}. */
  public Receipt publish(List<String> rooms, M message) {
    Command.Publish ask = factory.publication(rooms, message);
    return Channel.receipt(ask, blocking(ask, message));
  }

  /** The same without blocking; see {@link Channel#publishAsync}. */
  public CompletionStage<Receipt> publishAsync(List<String> rooms, M message) {
    Command.Publish ask = factory.publication(rooms, message);
    return later(ask, message, -1, answer -> Channel.receipt(ask, answer));
  }

  /**
   * Asks the server's own handler and returns its reply. Not asked again if the connection is lost
   * meanwhile.
   *
   * @throws RefusedException if the server refused, or did not answer in time; {@link
   *     RefusedException#retryable} says whether asking again can help
   */
  public <R extends Record> R request(Request<R> request) {
    Command.Tell ask = factory.telling(request);
    return factory.reply(request, blocking(ask, request));
  }

  /** The same without blocking. */
  public <R extends Record> CompletionStage<R> requestAsync(Request<R> request) {
    return later(factory.telling(request), request, 0, answer -> factory.reply(request, answer));
  }

  /** Answers a request of the server's. */
  @FunctionalInterface
  public interface Replier<T, R> {
    /**
     * Returns the reply. A {@link RefusedException} is the answer as it is; anything else that is
     * thrown is logged here and answered with {@code internal}.
     */
    R reply(T request) throws Exception;
  }

  /**
   * Answers requests of a class that the server asks ({@code Peer.request}). Called once for each,
   * also if the connection is lost and the server has to ask again; on the handlers' thread, in
   * order with messages. What nobody answers is refused with {@code unknown_type}.
   *
   * @throws IllegalStateException if the class is answered already
   */
  public <R extends Record, T extends Request<R>> Subscription reply(
      Class<T> type, Replier<? super T, ? extends R> replier) {
    return replies.add(type, replier);
  }

  /**
   * Sends a message to the server's own handler, and returns when that is done. Otherwise as {@link
   * #request}.
   *
   * @throws IllegalArgumentException if the type is {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}: {@link #fleeting(Object)} is for those
   */
  public void send(M message) {
    blocking(factory.telling(message), message);
  }

  /** The same without blocking. */
  public CompletionStage<Void> sendAsync(M message) {
    return later(factory.telling(message), message, 0, answer -> Waiting.nothing());
  }

  /**
   * Sends data to the server's own handler under a type's name, which need not be one that the
   * client knows; otherwise as {@link #send(Object)}.
   *
   * @param data a JSON tree, or whatever Jackson turns into JSON
   * @throws dev.switchboard.protocol.InvalidMessageException if the client knows the type, and the
   *     data break one of its rules
   * @throws IllegalArgumentException if the name is one of Switchboard's own, or of a type that is
   *     {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public void send(String type, Object data) {
    blocking(factory.telling(type, data), data);
  }

  /** The same as {@link #send(String, Object)} without blocking. */
  public CompletionStage<Void> sendAsync(String type, Object data) {
    return later(factory.telling(type, data), data, 0, answer -> Waiting.nothing());
  }

  /**
   * Sends a message that may be lost to the server's own handler: at most once, without an answer.
   * Returns at once. Dropped if there is no connection, or it is slow.
   *
   * @throws IllegalArgumentException if the type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}: {@link #send(Object)} is for those
   * @throws dev.switchboard.protocol.UnsentException if it is larger than the server takes
   */
  public void fleeting(M message) {
    fleeting(null, factory.fleeting("send", message), message);
  }

  /**
   * Sends data that may be lost under a type's name, which need not be one that the client knows;
   * otherwise as {@link #fleeting(Object)}.
   *
   * @param data a JSON tree, or whatever Jackson turns into JSON
   * @throws dev.switchboard.protocol.InvalidMessageException if the client knows the type, and the
   *     data break one of its rules
   * @throws IllegalArgumentException if the name is one of Switchboard's own, or of a type that the
   *     client knows and that is not {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public void fleeting(String type, Object data) {
    fleeting(null, factory.fleeting("send", type, data), data);
  }

  /** Who is online: at most 100 users, in the order of their names. Asks the server. */
  public List<String> users() {
    Command.Users ask = new Command.Users(null, null);
    return ((Answer.Users) blocking(ask, ask)).members();
  }

  /** The same without blocking. */
  public CompletionStage<List<String>> usersAsync() {
    Command.Users ask = new Command.Users(null, null);
    return later(ask, ask, 0, answer -> ((Answer.Users) answer).members());
  }

  /**
   * Whether these users are online, and when those who are not were last; in the order given. Asks
   * the server.
   */
  public List<UserStatus> statuses(Collection<String> users) {
    return statuses.ask(users, null);
  }

  /** The same without blocking. */
  public CompletionStage<List<UserStatus>> statusesAsync(Collection<String> users) {
    return statuses.askAsync(users, null);
  }

  /**
   * The same as {@link #statuses}, and from now on each change is told as {@link
   * ClientEvent.StatusChanged}, over lost connections too.
   *
   * @throws RefusedException {@code conflict} if that would be more than the server takes (1,000
   *     unless configured)
   */
  public List<UserStatus> watch(Collection<String> users) {
    return statuses.ask(users, true);
  }

  /** The same without blocking. */
  public CompletionStage<List<UserStatus>> watchAsync(Collection<String> users) {
    return statuses.askAsync(users, true);
  }

  /** Ends {@link #watch} for these users. */
  public void unwatch(Collection<String> users) {
    statuses.ask(users, false);
  }

  /** The same without blocking. */
  public CompletionStage<Void> unwatchAsync(Collection<String> users) {
    return statuses.askAsync(users, false).thenApply(told -> Waiting.nothing());
  }

  TypedMessages<M> typed() {
    return messages;
  }

  CommandFactory<M> factory() {
    return factory;
  }

  Answer blocking(Command ask, Object unsent) {
    return Waiting.block(dispatcher, engine.commands().ask(ask, unsent, 0));
  }

  void enqueue(Command.Publish ask, Object unsent) {
    Waiting.blockUntilAccepted(engine.commands().enqueue(ask, unsent));
  }

  <T extends @Nullable Object> CompletableFuture<T> later(
      Command ask, Object unsent, long timeout, Function<Answer, T> mapped) {
    return Waiting.stage(engine.commands().ask(ask, unsent, timeout).answer(), mapped);
  }

  void fleeting(@Nullable Address address, CommandFactory.Fleeting message, Object unsent) {
    engine.commands().fleeting(message.type(), address, message.data(), unsent);
  }
}
