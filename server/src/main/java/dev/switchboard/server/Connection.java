package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.internal.Answers;
import dev.switchboard.protocol.internal.Id;
import dev.switchboard.protocol.internal.Refusal;
import dev.switchboard.protocol.internal.ServerConversation;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket of a typed endpoint. Confined to its event loop, but for {@link #onLoop} and what
 * it returns of fixed facts. It owns the readers of its session's logs; they and it end together,
 * the session may live on.
 */
final class Connection implements WebSocketListener {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Endpoint<?> endpoint;
  private final WebSocket webSocket;
  private final HttpRequest request;
  private final Map<String, String> parameters;
  private final ServerConversation conversation;
  private final Mailbox mailbox;
  private final Peer<?> peer;
  private final Map<Address, Reader> readers = new HashMap<>(8);
  private final @Nullable Allowance allowance;
  private volatile Session session; // written on the loop, read by handlers too
  private boolean greeted;
  private boolean leaving;
  private boolean closed;

  Connection(
      Endpoint<?> endpoint,
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      String user) {
    this.endpoint = endpoint;
    this.webSocket = webSocket;
    this.request = request;
    this.parameters = parameters;
    this.session = new Session(user, this);
    this.mailbox = new Mailbox(Mailbox.Flow.of(webSocket), endpoint.threads());
    this.peer = endpoint.peer(this);
    this.conversation = new ServerConversation(endpoint.protocol(), new Desk(endpoint, this));
    Allowance.Rate rate = endpoint.settings().rate();
    this.allowance = rate == null ? null : new Allowance(rate, endpoint.clock().millis());
    endpoint.hub().census().enter(user, Router.address(request));
    endpoint.hub().begin(session);
    new Arrival(this).welcome(null);
    if (!greeted) {
      webSocket.pauseReading(); // what the client asks comes after the first word
    }
    endpoint.opened(this);
  }

  Endpoint<?> endpoint() {
    return endpoint;
  }

  Session session() {
    return session;
  }

  void session(Session resumed) {
    session = resumed;
  }

  HttpRequest request() {
    return request;
  }

  Map<String, String> parameters() {
    return parameters;
  }

  Mailbox mailbox() {
    return mailbox;
  }

  Peer<?> peer() {
    return peer;
  }

  EventLoop loop() {
    return webSocket.eventLoop();
  }

  /** Runs it on the loop, at once if that is where we are. */
  void onLoop(Runnable task) {
    if (webSocket.eventLoop().inEventLoop()) {
      task.run();
    } else {
      webSocket.execute(task);
    }
  }

  /** Sends the first word, and hears what the client says. */
  void greet(byte[] welcome) {
    send(welcome);
    if (!greeted) {
      greeted = true;
      webSocket.resumeReading();
    }
  }

  /** The reader of a log, made if there is none. */
  Reader reader(Address address) {
    return readers.computeIfAbsent(
        address, log -> new Reader(this, endpoint.hub().broker(), endpoint.hub().use(log)));
  }

  void dropReader(Address address) {
    Reader reader = readers.remove(address);
    if (reader != null) {
      reader.close();
      endpoint.hub().release(reader.topic());
    }
  }

  private void dropReaders() {
    for (Reader reader : readers.values()) {
      reader.close();
      endpoint.hub().release(reader.topic());
    }
    readers.clear();
  }

  /** Whether what waits to be written is below the mark at which readers pause. */
  boolean takesMore() {
    return !closed && webSocket.pendingBytes() < endpoint.settings().maxPendingBytes() / 2;
  }

  void send(byte[] json) {
    if (!closed) {
      webSocket.sendText(json);
    }
  }

  void send(Prepared prepared) {
    if (!closed) {
      webSocket.sendPrepared(prepared);
    }
  }

  void send(Entry entry) {
    send(Answers.entry(entry));
  }

  /** Answers with an {@code error}; from any thread. What is our own fault is logged here. */
  void refuse(@Nullable Id id, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Refusal refusal = Refusal.of(id, cause);
    if (refusal.code() == ErrorCode.INTERNAL) {
      LOG.error("{}: a message of {} could not be handled", endpoint.path(), session.user(), cause);
    }
    onLoop(() -> send(Answers.error(refusal)));
  }

  /**
   * Asks the client to come back after so many milliseconds, lets handlers finish what was taken,
   * and closes with 1001. From any thread.
   */
  void sendAway(long after) {
    onLoop(() -> {
      leaving = true; // what comes now is not acknowledged, so it is sent again elsewhere
      send(Answers.goingAway(after));
      mailbox.add(() -> onLoop(() -> close(CloseCode.GOING_AWAY.code(), "the server is closing")));
    });
  }

  void close(int code, String reason) {
    if (!closed && webSocket.readyState() == ReadyState.OPEN) {
      webSocket.close(code, reason);
    }
  }

  @Override
  public void onText(ByteBuf view) {
    if (leaving) {
      return;
    }
    byte[] text = ByteBufUtil.getBytes(view);
    if (allowance == null || allowance.take(endpoint.clock().millis())) {
      conversation.text(text);
    } else if (allowance.hopeless()) {
      close(CloseCode.RATE_LIMITED.code(), "retryAfter=" + allowance.retryAfter());
    } else {
      conversation.refuse(
          text,
          ErrorCode.RATE_LIMITED,
          "too many messages",
          Map.of("retryAfter", allowance.retryAfter()));
    }
  }

  @Override
  public void onBinary(ByteBuf view) {
    conversation.binary();
  }

  @Override
  public void onWritable() {
    for (Reader reader : readers.values().toArray(Reader[]::new)) {
      reader.writable();
    }
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    closed = true;
    dropReaders();
    long now = endpoint.clock().millis();
    if (CloseCode.comesBack(code)) {
      if (session.detach(this, now)) {
        endpoint.hub().await(session, now);
      }
    } else if (session.end(this)) {
      endpoint.hub().end(session);
    }
    endpoint.closed(this, code, reason, clean);
  }
}
