package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.server.ServerConversation;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.server.ServerMetrics.SlowReader;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
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
  private final String identified; // empty for a guest
  private final Encoding encoding;
  private final ServerConversation conversation;
  private final ReadGate readGate;
  private final Mailbox mailbox;
  private final Peer<?> peer;
  private final Map<Address, Reader> readers = new HashMap<>(8);
  private final Reads reads;
  private final @Nullable Allowance allowance;
  private volatile Session session; // written on the loop, read by handlers too
  private volatile long heardAt; // only kept if there is an idle timeout
  private boolean greeted;
  private final LatestValueBuffer latestValues = new LatestValueBuffer(this);
  private final CatchUp.Share share;
  private final StatusWatches statusWatches = new StatusWatches(this);
  private boolean leaving;
  private volatile boolean turnedAway; // written by handlers
  private boolean tooSlow;
  private boolean closed;

  Connection(
      Endpoint<?> endpoint,
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      String identified) {
    this.endpoint = endpoint;
    this.webSocket = webSocket;
    this.request = request;
    this.parameters = parameters;
    this.identified = identified;
    this.session = new Session(identified.isEmpty() ? Identity.guest() : identified, this);
    this.readGate = new ReadGate(webSocket, endpoint.meter());
    this.share =
        endpoint
            .hub()
            .catchUp()
            .share(webSocket, endpoint.settings().maxPendingBytes() / 2, this::onWritable);
    this.reads = new Reads(this, endpoint.hub().broker());
    this.peer = endpoint.peer(this);
    this.mailbox =
        new Mailbox(
            readGate,
            endpoint.onLoop() ? this::onLoop : endpoint.threads(webSocket.eventLoop()),
            endpoint.watchdog(),
            peer);
    this.encoding = endpoint.encodings().agreed(webSocket.subprotocol());
    this.conversation =
        new ServerConversation(endpoint.protocol(), encoding, new RequestHandler(endpoint, this));
    Allowance.Rate rate = endpoint.settings().rate();
    this.allowance = rate == null ? null : new Allowance(rate, endpoint.now());
    endpoint.meter().opened();
    heard();
    endpoint.hub().begin(session);
    new SessionHandshake(this).welcome(null);
    if (!greeted) {
      webSocket.pauseReading(); // what the client asks comes after the first word
    }
    endpoint.reactions().opened(this);
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

  /** The user that the request was identified as; empty for a guest. */
  String identified() {
    return identified;
  }

  StatusWatches statusWatches() {
    return statusWatches;
  }

  Mailbox mailbox() {
    return mailbox;
  }

  Peer<?> peer() {
    return peer;
  }

  ReadGate readGate() {
    return readGate;
  }

  Reads reads() {
    return reads;
  }

  /** The client said something that shows it is not idle. */
  void heard() {
    if (!endpoint.settings().idleTimeout().isZero()) {
      heardAt = endpoint.now();
    }
  }

  /** Ends it if the client has said nothing since then. Any thread. */
  void endIfIdle(long since) {
    if (heardAt <= since) {
      onLoop(() -> {
        if (heardAt <= since && open()) {
          endpoint.meter().limit(Limit.IDLE);
          close(CloseCode.POLICY_VIOLATION.code(), "idle: no message for too long");
        }
      });
    }
  }

  /** Whether its end has not begun. On the loop. */
  boolean open() {
    return !closed && webSocket.readyState() == ReadyState.OPEN;
  }

  /** Whether it has ended. On the loop. */
  boolean closed() {
    return closed;
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
  void greet(Draft welcome) {
    send(welcome);
    if (!greeted) {
      greeted = true;
      webSocket.resumeReading();
    }
  }

  /** The reader of a log, made if there is none. */
  Reader reader(Address address) {
    return readers.computeIfAbsent(address, log -> new Reader(this, endpoint.hub().use(log)));
  }

  /** Whether entries of the log are passed on, or will be when it is known where to begin. */
  boolean reads(Address address) {
    Reader reader = readers.get(address);
    return reader != null && reader.reads();
  }

  /** Whether that is how the log is read. */
  boolean reads(Address address, Reader reader) {
    return readers.get(address) == reader;
  }

  void dropReader(Address address) {
    Reader reader = readers.remove(address);
    if (reader != null) {
      reader.close();
      latestValues.forget(reader.topic());
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

  Encoding encoding() {
    return encoding;
  }

  /** Whether what waits to be written is below the mark at which readers pause. */
  boolean takesMore() {
    return !closed && webSocket.pendingBytes() < endpoint.settings().maxPendingBytes() / 2;
  }

  /** Bytes that may be read from a log for it now; negative when too much is on its way. */
  long room() {
    return share.room();
  }

  /**
   * Whether it takes more of what is read from a log for it alone. If it does not, {@link
   * #onWritable} comes when it does.
   */
  boolean takesPages() {
    return takesMore() && share.takes();
  }

  void send(Draft draft) {
    if (!closed) {
      send(encoding.write(draft));
    }
  }

  /** Writes the bytes now, on any thread, and sends them when it is run on the loop. */
  Runnable prepared(Draft draft) {
    byte[] message = encoding.write(draft);
    return () -> send(message);
  }

  private void send(byte[] message) {
    if (closed) {
      return;
    }
    endpoint.meter().sent(message.length);
    if (encoding.binary()) {
      webSocket.sendBinary(message);
    } else {
      webSocket.sendText(message);
    }
  }

  void send(Broadcast broadcast) {
    if (!closed) {
      send(broadcast.prepared(encoding));
    }
  }

  void send(Prepared prepared) {
    endpoint.meter().sent(prepared.payloadBytes());
    webSocket.sendPrepared(prepared);
  }

  /** What is in no log: sent if the connection takes it, else whatever its policy says. */
  void offer(@Nullable Topic topic, Broadcast broadcast) {
    latestValues.offer(topic, broadcast);
  }

  /** Answers how users are; older news of them that waits must not come after it. On the loop. */
  void answerStatuses(@Nullable Id id, List<UserState> states) {
    Statuses statuses = endpoint.hub().statuses();
    states.forEach(state -> latestValues.outdated(statuses.key(state.user())));
    send(ServerMessages.userStatus(id, states));
  }

  /** What was published in a log it reads. */
  void deliver(Broadcast broadcast) {
    endpoint.meter().delivered();
    send(broadcast);
  }

  /** An older entry of a log it reads. */
  void deliver(Entry entry) {
    endpoint.meter().delivered();
    Prepared shared = endpoint.hub().frames().of(entry, encoding);
    if (shared == null) {
      byte[] message = encoding.write(ServerMessages.entry(entry));
      send(message);
      share.sent(message.length);
    } else {
      try {
        send(shared);
        share.sent(shared.payloadBytes());
      } finally {
        shared.release();
      }
    }
  }

  /** Sends from any thread, and writes the bytes on that one. */
  void answer(Draft draft) {
    onLoop(prepared(draft));
  }

  /** Answers with an {@code error}; from any thread. What is our own fault is logged here. */
  void refuse(@Nullable Id id, Throwable failure) {
    refuse(id, failure, "a request");
  }

  /**
   * The same.
   *
   * @param what failed, for the log
   */
  void refuse(@Nullable Id id, Throwable failure, String what) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Refusal refusal = Refusal.of(id, cause);
    if (refusal.code() == ErrorCode.INTERNAL) {
      log(what, cause);
    }
    endpoint.meter().error(refusal.code());
    answer(ServerMessages.error(refusal));
  }

  /** Users' code failed; from any thread. */
  void log(String what, Throwable failure) {
    LOG.error("{}: {} failed for {}", endpoint.path(), what, session.user(), failure);
  }

  /** Closes it, and handles nothing of what it has sent; from any thread. */
  void turnAway(CloseCode code, String reason) {
    turnedAway = true;
    onLoop(() -> {
      leaving = true;
      close(code.code(), reason);
    });
  }

  /** Whether what it has sent is not to be handled. */
  boolean turnedAway() {
    return turnedAway;
  }

  /**
   * Asks the client to come back after so many milliseconds, lets handlers finish what was taken,
   * and closes with 1001. From any thread.
   */
  void sendAway(long after) {
    onLoop(() -> {
      leaving = true; // what comes now is not acknowledged, so it is sent again elsewhere
      send(ServerMessages.goingAway(after));
      mailbox.add(() -> onLoop(() -> close(CloseCode.GOING_AWAY.code(), "the server is closing")));
    });
  }

  /** Closes with 4008: going on would leave a hole. */
  void tooSlow(String why) {
    tooSlow = true;
    close(CloseCode.TOO_SLOW.code(), "too slow: " + why);
  }

  void close(int code, String reason) {
    if (open()) {
      webSocket.close(code, reason);
    }
  }

  @Override
  public void onText(ByteBuf view) {
    received(view, false);
  }

  @Override
  public void onBinary(ByteBuf view) {
    received(view, true);
  }

  /** A message goes to several logs: it counts for as many. */
  void charge(int more) {
    if (allowance != null) {
      allowance.charge(more);
    }
  }

  private void received(ByteBuf view, boolean binary) {
    if (leaving) {
      return;
    }
    byte[] message = ByteBufUtil.getBytes(view);
    endpoint.meter().received(message.length);
    if (allowance == null || allowance.take(endpoint.now())) {
      if (binary == encoding.binary()) {
        conversation.received(message);
      } else {
        conversation.receivedOtherKind();
      }
    } else if (allowance.hopeless()) {
      endpoint.meter().limit(Limit.RATE);
      close(CloseCode.RATE_LIMITED.code(), "retryAfter=" + allowance.retryAfter());
    } else {
      endpoint.meter().limit(Limit.RATE);
      conversation.refuse(
          message,
          ErrorCode.RATE_LIMITED,
          "too many messages",
          Map.of("retryAfter", allowance.retryAfter()));
    }
  }

  @Override
  public void onWritable() {
    latestValues.writable();
    reads.begin();
    for (Reader reader : readers.values().toArray(Reader[]::new)) {
      reader.writable();
    }
  }

  /** What the messages before it are answered goes ahead of our close frame. */
  @Override
  public void onEnding(Runnable end) {
    Runnable answered = () -> readGate.whenAnswered(() -> webSocket.execute(end));
    if (mailbox.idle()) {
      answered.run();
    } else {
      mailbox.add(answered);
    }
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    closed = true;
    latestValues.clear();
    reads.close();
    statusWatches.end();
    dropReaders();
    long now = endpoint.now();
    long timestamp = endpoint.clock().millis();
    if (CloseCode.comesBack(code)) {
      if (session.detach(this, now)) {
        endpoint.hub().await(session, now, timestamp);
      }
    } else if (session.end(this)) {
      endpoint.hub().end(session, timestamp);
    }
    endpoint.meter().closed(code);
    if (tooSlow && code != CloseCode.TOO_SLOW.code()) { // it did not answer the close frame
      endpoint.meter().slow(SlowReader.CLOSED);
    }
    endpoint.reactions().closed(this, code, reason, clean);
  }
}
