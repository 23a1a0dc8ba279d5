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
 * A typed client of a Switchboard server, with rooms, acknowledged messages and requests.
 * Thread-safe; see {@link WebSocketClient} for which thread runs handlers.
 *
 * @param <M> the protocol's sealed interface
 */
public final class Client<M> extends WebSocketClient implements TypedClient<M> {
  private final TypedMessages<M> messages;
  private final CommandFactory<M> factory;
  private final Encryption encryption;
  private final Replies<M> replies;
  private final Statuses statuses = new Statuses(this);

  Client(Protocol<M> protocol, ClientOptions options) {
    super(options, Encodings.of(protocol));
    this.encryption = new Encryption(options.encryption(), events::session);
    this.messages = new TypedMessages<>(protocol, dispatcher, events, pulled, encryption);
    this.factory = new CommandFactory<>(protocol, messages, encryption);
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
   * Returns a builder of clients for the messages of a sealed interface.
   *
   * @throws dev.switchboard.protocol.DefinitionException as for {@link Protocol#of}
   */
  public static <M> ClientBuilder<Client<M>> of(Class<M> union) {
    return of(Protocol.of(union));
  }

  /** Returns a builder of clients for a protocol. */
  public static <M> ClientBuilder<Client<M>> of(Protocol<M> protocol) {
    ClientBuilder<Client<M>> builder =
        new ClientBuilder<>(true, options -> new Client<>(protocol, options));
    builder.protocolHash = protocol.hash();
    return builder;
  }

  /**
   * Returns a builder of clients for the messages of a sealed interface and a server other than
   * Switchboard.
   *
   * @throws dev.switchboard.protocol.DefinitionException as for {@link Protocol#foreign}, or if the
   *     format cannot carry a type
   */
  public static <M> ClientBuilder<PlainClient<M>> of(Class<M> union, MessageFormat form) {
    Protocol<M> protocol = Protocol.foreign(union);
    form.check(protocol);
    return new ClientBuilder<>(false, options -> new PlainClient<>(protocol, form, options));
  }

  /**
   * Returns a builder of clients for text and binary messages and a server other than Switchboard.
   */
  public static ClientBuilder<RawClient> raw() {
    return new ClientBuilder<>(false, RawClient::new);
  }

  /** Returns the current or last session; empty before the first. */
  public Optional<SessionInfo> session() {
    return events.session();
  }

  /** Returns the joined rooms, in the order of joining. */
  public List<String> rooms() {
    return engine.rooms();
  }

  /** Joins a room without recent messages and blocks until the server has answered. */
  public Room<M> join(String room) {
    return join(room, Join.DEFAULT);
  }

  /**
   * Joins a room and blocks until the server has answered. The recent messages follow.
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

  /** Like {@link #join(String)}, without blocking. */
  public CompletionStage<Room<M>> joinAsync(String room) {
    return joinAsync(room, Join.DEFAULT);
  }

  /** Like {@link #join(String, Join)}, without blocking. */
  public CompletionStage<Room<M>> joinAsync(String room, Join how) {
    Room<M> joined = new Room<>(this, room);
    Command.Join ask = new Command.Join(room, how.recent(), null);
    return later(ask, ask, 0, answer -> joined);
  }

  /** Returns the log that everyone reads. */
  public Channel<M> everyone() {
    return new Channel<>(this, Address.EVERYONE);
  }

  /**
   * Returns a user's inbox, which all sessions of that user read. Publish to it to send a direct
   * message.
   */
  public Channel<M> inbox(String user) {
    return new Channel<>(this, Address.user(user));
  }

  /**
   * Publishes a message to several rooms: to all of them or to none. Otherwise like {@link
   * Channel#publish(Object)}.
   */
  public Receipt publish(List<String> rooms, M message) {
    Command.Publish ask = factory.publication(rooms, message);
    return Channel.receipt(ask, blocking(ask, message));
  }

  /**
   * Like {@link #publish(List, Object)}, without blocking; see {@link
   * Channel#publishAsync(Object)}.
   */
  public CompletionStage<Receipt> publishAsync(List<String> rooms, M message) {
    Command.Publish ask = factory.publication(rooms, message);
    return later(ask, message, -1, answer -> Channel.receipt(ask, answer));
  }

  /**
   * Sends a request to the server's handler and blocks until it replies. The request is not sent
   * again if the connection is lost in the meantime.
   *
   * @throws RefusedException if the server refused or did not answer in time; {@link
   *     RefusedException#retryable} tells whether asking again may help
   */
  public <R extends Record> R request(Request<R> request) {
    Command.Tell ask = factory.telling(request);
    return factory.reply(request, blocking(ask, request));
  }

  /** Like {@link #request}, without blocking. */
  public <R extends Record> CompletionStage<R> requestAsync(Request<R> request) {
    return later(factory.telling(request), request, 0, answer -> factory.reply(request, answer));
  }

  /** Answers the server's requests. */
  @FunctionalInterface
  public interface Replier<T, R> {
    /**
     * Returns the reply. If it throws a {@link RefusedException}, the server gets that refusal. Any
     * other exception is logged here and answered with {@code internal}.
     */
    R reply(T request) throws Exception;
  }

  /**
   * Answers the requests of a class that the server sends ({@code Peer.request}). The replier is
   * called once for each request, even if the connection is lost and the server has to ask again,
   * on the handlers' thread and in order with messages. Requests without a replier are refused with
   * {@code unknown_type}.
   *
   * @throws IllegalStateException if the class already has a replier
   */
  public <R extends Record, T extends Request<R>> Subscription reply(
      Class<T> type, Replier<? super T, ? extends R> replier) {
    return replies.add(type, replier);
  }

  /**
   * Sends a message to the server's handler and blocks until the handler has processed it.
   * Otherwise like {@link #request}.
   *
   * @throws IllegalArgumentException if the type is {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; use {@link #fleeting(Object)} for those
   */
  public void send(M message) {
    blocking(factory.telling(message), message);
  }

  /** Like {@link #send(Object)}, without blocking. */
  public CompletionStage<Void> sendAsync(M message) {
    return later(factory.telling(message), message, 0, answer -> Waiting.nothing());
  }

  /**
   * Sends data to the server's handler with the name of a type, which the client need not know.
   * Otherwise like {@link #send(Object)}.
   *
   * @param data a JSON tree, or anything that Jackson can convert to JSON
   * @throws dev.switchboard.protocol.InvalidMessageException if the client knows the type, and the
   *     data breaks one of its rules
   * @throws IllegalArgumentException if the name is reserved by Switchboard, or belongs to a type
   *     that is {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public void send(String type, Object data) {
    blocking(factory.telling(type, data), data);
  }

  /** Like {@link #send(String, Object)}, without blocking. */
  public CompletionStage<Void> sendAsync(String type, Object data) {
    return later(factory.telling(type, data), data, 0, answer -> Waiting.nothing());
  }

  /**
   * Sends a message that may be lost to the server's handler: at most once and without an answer.
   * Returns at once. The message is dropped if there is no connection or the connection is slow.
   *
   * @throws IllegalArgumentException if the type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; use {@link #send(Object)} for those
   * @throws dev.switchboard.protocol.UnsentException if the message exceeds the server's size limit
   */
  public void fleeting(M message) {
    fleeting(null, factory.fleeting("send", message), message);
  }

  /**
   * Sends data that may be lost to the server's handler with the name of a type, which the client
   * need not know. Otherwise like {@link #fleeting(Object)}.
   *
   * @param data a JSON tree, or anything that Jackson can convert to JSON
   * @throws dev.switchboard.protocol.InvalidMessageException if the client knows the type, and the
   *     data breaks one of its rules
   * @throws IllegalArgumentException if the name is reserved by Switchboard, or belongs to a type
   *     that the client knows and that is not {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public void fleeting(String type, Object data) {
    fleeting(null, factory.fleeting("send", type, data), data);
  }

  /** Asks the server who is online. Returns at most 100 users, in the order of their names. */
  public List<String> users() {
    Command.Users ask = new Command.Users(null, null);
    return ((Answer.Users) blocking(ask, ask)).members();
  }

  /** Like {@link #users}, without blocking. */
  public CompletionStage<List<String>> usersAsync() {
    Command.Users ask = new Command.Users(null, null);
    return later(ask, ask, 0, answer -> ((Answer.Users) answer).members());
  }

  /**
   * Asks the server whether these users are online and, if not, when they last were. Returns them
   * in the given order.
   */
  public List<UserStatus> statuses(Collection<String> users) {
    return statuses.ask(users, null);
  }

  /** Like {@link #statuses}, without blocking. */
  public CompletionStage<List<UserStatus>> statusesAsync(Collection<String> users) {
    return statuses.askAsync(users, null);
  }

  /**
   * Like {@link #statuses}, and from now on reports each change as {@link
   * ClientEvent.StatusChanged}, also across lost connections.
   *
   * @throws RefusedException {@code conflict} if the client would watch more users than the server
   *     allows (1,000 unless configured)
   */
  public List<UserStatus> watch(Collection<String> users) {
    return statuses.ask(users, true);
  }

  /** Like {@link #watch}, without blocking. */
  public CompletionStage<List<UserStatus>> watchAsync(Collection<String> users) {
    return statuses.askAsync(users, true);
  }

  /** Stops watching these users. */
  public void unwatch(Collection<String> users) {
    statuses.ask(users, false);
  }

  /** Like {@link #unwatch}, without blocking. */
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
    if (encryption.covers(address) && session().isEmpty()) {
      return; // without a session, there is no connection to send it on
    }
    byte[] data = encryption.sealed(address, message.type(), null, message.data(), unsent);
    engine.commands().fleeting(message.type(), address, data, unsent);
  }
}
