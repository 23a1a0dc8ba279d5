package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ConnectException;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.internal.ClientAnswer;
import dev.switchboard.protocol.internal.ClientAsk;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A typed client of a Switchboard server. Thread-safe.
 *
 * <p>Handlers run one at a time, in the order in which things happened, on virtual threads; they
 * may block, and may call the client. When they fall behind, the client stops reading. What they
 * throw becomes a {@link ClientEvent.Failed} and nothing else. What follows on a {@link
 * CompletionStage} runs on virtual threads too.
 *
 * <p>Blocking calls end within the request timeout. If the calling thread is interrupted, they
 * throw and leave it interrupted.
 *
 * @param <M> the protocol's sealed interface
 */
public final class Client<M> implements AutoCloseable {
  private final Protocol<M> protocol;
  private final ClientOptions options;
  private final Dispatcher dispatcher;
  private final Engine engine;
  private final Events<M> events;

  Client(Protocol<M> protocol, ClientOptions options) {
    this.protocol = protocol;
    this.options = options;
    this.dispatcher = new Dispatcher(this::flow);
    this.events = new Events<>(protocol, dispatcher);
    this.engine = new Engine(options, dispatcher, events::reported);
  }

  private void flow() {
    engine.flow();
  }

  /**
   * Starts with a client for the messages of a sealed interface.
   *
   * @throws dev.switchboard.protocol.DefinitionException as {@link Protocol#of}
   */
  public static <M> ClientBuilder<M> of(Class<M> union) {
    return of(Protocol.of(union));
  }

  /** Starts with a client for a protocol. */
  public static <M> ClientBuilder<M> of(Protocol<M> protocol) {
    return new ClientBuilder<>(protocol);
  }

  /**
   * Connects, and returns when the session is open. Does nothing if it is. A client that waits to
   * come back tries at once.
   *
   * @throws ConnectException if it could not connect; {@link ConnectException#retryable} says
   *     whether trying again can help
   */
  public void connect() {
    CompletableFuture<SessionInfo> opened = opening();
    try {
      opened.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      engine.input(session -> session.close(Engine.now(), CloseCode.NORMAL.code(), ""));
      throw new ConnectException("connect to " + options.uri() + ": interrupted", 0, true, null);
    } catch (ExecutionException failed) {
      throw Waiting.unwrapped(failed);
    }
  }

  /** The same without blocking. */
  public CompletionStage<SessionInfo> connectAsync() {
    return Waiting.stage(opening(), Function.identity());
  }

  private CompletableFuture<SessionInfo> opening() {
    if (engine.ending()) {
      return CompletableFuture.failedFuture(
          new ConnectException(
              "connect to " + options.uri() + ": the client is closed", 0, false, null));
    }
    CompletableFuture<SessionInfo> opened = events.opening();
    engine.input(session -> {
      session.connect(Engine.now());
      events.openAlready(session.state());
    });
    return opened;
  }

  /**
   * Gives up the present connection, if there is one, and opens a new one at once, from whatever
   * state. The session goes on. May be called from handlers.
   */
  public void reconnect() {
    engine.input(session -> session.reconnect(Engine.now()));
  }

  /** Where the client is in its life. */
  public State state() {
    return State.valueOf(engine.current().name());
  }

  /** Whether the session is open. */
  public boolean isConnected() {
    return state() == State.OPEN;
  }

  /** The session, once there was one. */
  public Optional<SessionInfo> session() {
    return events.session();
  }

  /** The rooms the client is in, in the order of joining. */
  public List<String> rooms() {
    return engine.joined();
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
    ClientAsk.Join ask = new ClientAsk.Join(room, how.recent(), null);
    blocking(ask, ask);
    return joined;
  }

  /** The same without blocking. */
  public CompletionStage<Room<M>> joinAsync(String room, Join how) {
    Room<M> joined = new Room<>(this, room);
    ClientAsk.Join ask = new ClientAsk.Join(room, how.recent(), null);
    return later(ask, ask, 0, answer -> joined);
  }

  /** The log that everyone reads. */
  public Channel<M> everyone() {
    return new Channel<>(this, Address.EVERYONE);
  }

  /** A user's inbox, which all sessions of that user read. */
  public Channel<M> inbox(String user) {
    return new Channel<>(this, Address.user(user));
  }

  /** Publishes to a user's inbox; see {@link Channel#publish}. */
  public Receipt direct(String user, M message) {
    return inbox(user).publish(message);
  }

  /** Publishes to several rooms, to all or to none; see {@link Channel#publish}. */
  public Receipt publish(List<String> rooms, M message) {
    ClientAsk.Publish ask = publication(rooms.stream().map(Address::room).toList(), true, message);
    return Channel.receipt(ask, blocking(ask, message));
  }

  /**
   * Asks the server's own handler and returns its reply. Not asked again if the connection is lost
   * meanwhile.
   *
   * @throws RefusedException if the server refused, or did not answer in time; {@link
   *     RefusedException#retryable} says whether asking again can help
   */
  public <R extends Record> R request(Request<R> request) {
    ClientAsk.Tell ask = telling(request);
    return this.<R>reply(request, blocking(ask, request));
  }

  /** The same without blocking. */
  public <R extends Record> CompletionStage<R> requestAsync(Request<R> request) {
    return later(telling(request), request, 0, answer -> this.<R>reply(request, answer));
  }

  /** Tells the server's own handler, and returns when it is done. Otherwise as {@link #request}. */
  public void tell(M message) {
    blocking(telling(message), message);
  }

  /** The same without blocking. */
  public CompletionStage<Void> tellAsync(M message) {
    return later(telling(message), message, 0, answer -> nothing());
  }

  /**
   * Sends to the server's own handler at most once, without an answer. Dropped if not connected.
   */
  public void send(M message) {
    fleeting(null, message);
  }

  /** Who is online: at most 100 users, in the order of their names. Asks the server. */
  public List<String> users() {
    ClientAsk.Users ask = new ClientAsk.Users(null, null);
    return ((ClientAnswer.Users) blocking(ask, ask)).members();
  }

  /** Calls a handler for every message. */
  public Subscription on(Consumer<? super MessageEvent<? extends M>> handler) {
    return onMatching(event -> true, handler);
  }

  /** Calls a handler for every message of a class, which may be one of several types. */
  public <T extends M> Subscription on(Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return events.on(type, handler, false);
  }

  /** Calls a handler for every message of the type with that name on the wire. */
  public Subscription on(String type, Consumer<? super MessageEvent<? extends M>> handler) {
    if (protocol.find(type) == null) {
      throw new IllegalArgumentException(
          "type: " + type + " (expected: one of " + protocol.union().getName() + ")");
    }
    return onMatching(event -> event.type().equals(type), handler);
  }

  /** Calls a handler for the next message of a class, and then no more. */
  public <T extends M> Subscription once(Class<T> type, Consumer<? super MessageEvent<T>> handler) {
    return events.on(type, handler, true);
  }

  /** Calls a handler for everything that happens to the client. */
  public Subscription events(Consumer<? super ClientEvent> handler) {
    return events.events(ClientEvent.class, handler);
  }

  /** Calls a handler for one kind of what happens to the client. */
  public <E extends ClientEvent> Subscription events(Class<E> kind, Consumer<? super E> handler) {
    return events.events(kind, handler);
  }

  /**
   * Closes the connection with 1000 and waits until that is done, or the server did not answer for
   * 5 s. What was not acknowledged fails. The client can't be used again.
   */
  @Override
  public void close() {
    close(CloseCode.NORMAL.code(), "");
  }

  /**
   * Closes the connection with a code; otherwise as {@link #close()}.
   *
   * @param code 1000–1003, 1007–1014 or 3000–4999
   * @param reason at most 123 bytes of UTF-8
   * @throws IllegalArgumentException if the code may not be sent, or the reason is too long
   */
  public void close(int code, String reason) {
    CloseCode.requireSendable(code);
    requireShort(reason);
    end(session -> session.close(Engine.now(), code, reason));
  }

  /** Ends the connection at once, without a close handshake; otherwise as {@link #close()}. */
  public void forceClose() {
    end(session -> session.forceClose(Engine.now()));
  }

  private void end(Consumer<dev.switchboard.protocol.internal.ClientSession> how) {
    if (!engine.end(how)) {
      return;
    }
    try {
      engine.ended().get(6, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      engine.input(session -> session.forceClose(Engine.now()));
    }
    engine.release();
  }

  private static void requireShort(String reason) {
    int bytes = reason.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (bytes > 123) {
      throw new IllegalArgumentException(
          "reason: " + bytes + " bytes (expected: at most 123 of UTF-8)");
    }
  }

  Subscription onMatching(
      Predicate<MessageEvent<?>> filter, Consumer<? super MessageEvent<? extends M>> handler) {
    return events.onMatching(filter, handler);
  }

  ClientAnswer blocking(ClientAsk ask, Object unsent) {
    return Waiting.block(dispatcher, engine.ask(ask, unsent, 0));
  }

  <T extends @Nullable Object> CompletableFuture<T> later(
      ClientAsk ask, Object unsent, long timeout, Function<ClientAnswer, T> mapped) {
    return Waiting.stage(engine.ask(ask, unsent, timeout).answer, mapped);
  }

  ClientAsk.Publish publication(List<Address> addresses, boolean several, M message) {
    MessageType<?> type = protocol.typeOf(message);
    return new ClientAsk.Publish(
        type.name(), MessageIds.next(), addresses, several, true, protocol.encode(message));
  }

  void fleeting(@Nullable Address address, M message) {
    engine.fleeting(protocol.typeOf(message).name(), address, protocol.encode(message));
  }

  History<M> history(ClientAnswer answer) {
    ClientAnswer.Page page = (ClientAnswer.Page) answer;
    return new History<>(page.epoch(), page.seq(), events.readable(page.entries()), page.more());
  }

  private ClientAsk.Tell telling(Object message) {
    MessageType<?> type = protocol.typeOf(message);
    return new ClientAsk.Tell(type.name(), null, protocol.encode(message));
  }

  @SuppressWarnings("unchecked") // a request's type names the class of its reply
  private <R extends Record> R reply(Request<R> request, ClientAnswer answer) {
    Class<R> expected = (Class<R>) protocol.typeOf(request).replyClass();
    if (expected == null || !(answer instanceof ClientAnswer.Reply reply)) {
      throw new RefusedException(
          ErrorCode.INTERNAL, "reply: none (expected: a " + expected + " to " + request.getClass());
    }
    return protocol.decode(protocol.type(expected), reply.data());
  }

  @SuppressWarnings("NullAway") // a Void has no value but null
  static Void nothing() {
    return null;
  }
}
