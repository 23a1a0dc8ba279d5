package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.server.ServerConversation;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.server.delivery.Feed;
import dev.switchboard.server.delivery.Outbound;
import dev.switchboard.server.delivery.Receiver;
import dev.switchboard.server.handlers.Mailbox;
import dev.switchboard.server.limits.Allowance;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.server.presence.Statuses;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket of a typed endpoint: what its client asks for goes to a {@link RequestHandler},
 * what users' code does for it to its mailbox, what it reads comes through its {@link Feed}. It
 * begins with a session of its own, and may be given a former one. Confined to its event loop, but
 * for what says otherwise.
 *
 * <p>Its end begins with {@link #turnAway}, {@link #sendAway}, {@link #close} or its client's close
 * frame; from then on it is not {@link #open}. It is closed when the socket is: then feed and
 * watches end with it, while the session may wait for its client to come back.
 */
public final class Connection implements WebSocketListener, Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final EndpointRuntime endpoint;
  private final WebSocket webSocket;
  private final HttpRequest request;
  private final Map<String, String> parameters;
  private final String identified; // empty for a guest
  private final Outbound out;
  private final ServerConversation conversation;
  private final ReadGate readGate;
  private final Feed feed;
  private final Mailbox mailbox;
  private final Object peer;
  private final @Nullable Allowance allowance; // null if any number of messages may come
  private volatile Session session; // written on the loop, read by handlers too
  private volatile long heardAt; // only kept if there is an idle timeout
  private boolean greeted; // the first word was sent, and the client is heard
  private final StatusWatches statusWatches;
  private boolean leaving; // what comes now is left unanswered
  private volatile boolean turnedAway; // written by handlers
  private boolean tooSlow; // closed with 4008, which it may never answer

  /**
   * Takes over a WebSocket that just opened; on its loop.
   *
   * @param identified whose it is; empty for a guest
   */
  public Connection(
      EndpointRuntime endpoint,
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      String identified) {
    this.endpoint = endpoint;
    this.webSocket = webSocket;
    this.request = request;
    this.parameters = parameters;
    this.identified = identified;
    this.session = new Session(identified.isEmpty() ? Session.guest() : identified, this);
    this.readGate = new ReadGate(webSocket, endpoint.meter());
    Encoding encoding = endpoint.encodings().agreed(webSocket.subprotocol());
    this.out =
        new Outbound(webSocket, encoding, endpoint.meter(), endpoint.settings().maxPendingBytes());
    this.feed = new Feed(endpoint.topics(), this, out, readGate);
    this.statusWatches = new StatusWatches(endpoint.hub(), this);
    this.peer = endpoint.application().peer(this);
    this.mailbox = endpoint.threads().mailbox(readGate, webSocket.eventLoop(), this::onLoop, peer);
    this.conversation =
        new ServerConversation(endpoint.protocol(), encoding, new RequestHandler(endpoint, this));
    Allowance.Rate rate = endpoint.settings().rate();
    this.allowance = rate == null ? null : new Allowance(rate, endpoint.context().now());
    endpoint.meter().opened();
    heard();
    endpoint.hub().begin(session);
    new SessionHandshake(endpoint.hub(), endpoint.settings(), this).welcome(null);
    if (!greeted) {
      webSocket.pauseReading(); // what the client asks comes after the first word
    }
    endpoint.application().opened(this);
  }

  /** The session that it has now. Any thread. */
  public Session session() {
    return session;
  }

  @Override
  public String sessionId() {
    return session.id();
  }

  @Override
  public String user() {
    return session.user();
  }

  /** It has that session from now on. */
  void session(Session former) {
    session = former;
  }

  public HttpRequest request() {
    return request;
  }

  public Map<String, String> parameters() {
    return parameters;
  }

  /** The user that the request was identified as; empty for a guest. */
  String identified() {
    return identified;
  }

  StatusWatches statusWatches() {
    return statusWatches;
  }

  public Mailbox mailbox() {
    return mailbox;
  }

  /** What users' code knows it as. */
  public Object peer() {
    return peer;
  }

  ReadGate readGate() {
    return readGate;
  }

  /** What it reads. */
  public Feed feed() {
    return feed;
  }

  /** The client said something that shows it is not idle. */
  void heard() {
    if (!endpoint.settings().idleTimeout().isZero()) {
      heardAt = endpoint.context().now();
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
  public boolean open() {
    return !out.closed() && webSocket.readyState() == ReadyState.OPEN;
  }

  /** Whether it has ended. On the loop. */
  boolean closed() {
    return out.closed();
  }

  /** Runs it on the loop, at once if that is where we are. Any thread. */
  public void onLoop(Runnable task) {
    out.onLoop(task);
  }

  /** Sends the first word, and hears what the client says. */
  void greet(Draft welcome) {
    send(welcome);
    if (!greeted) {
      greeted = true;
      webSocket.resumeReading();
    }
  }

  Encoding encoding() {
    return out.encoding();
  }

  /** Sends a message. */
  void send(Draft draft) {
    out.send(draft);
  }

  /** Writes the bytes now, on any thread, and sends them when it is run on the loop. */
  Runnable prepared(Draft draft) {
    return out.prepared(draft);
  }

  /** Answers how users are; older news of them that waits must not come after it. On the loop. */
  void answerStatuses(@Nullable Id id, List<UserState> states) {
    Statuses statuses = endpoint.hub().statuses();
    states.forEach(state -> feed.outdated(statuses.key(state.user())));
    send(ServerMessages.userStatus(id, states));
  }

  /** Sends from any thread, and writes the bytes on that one. */
  public void answer(Draft draft) {
    onLoop(out.prepared(draft));
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
      failed(what, cause);
    }
    endpoint.meter().error(refusal.code());
    answer(ServerMessages.error(refusal));
  }

  /** Something of ours or of users' failed; from any thread. */
  @Override
  public void failed(String what, Throwable failure) {
    LOG.error("{}: {} failed for {}", endpoint.path(), what, session.user(), failure);
  }

  /** Closes it, and handles nothing of what it has sent; from any thread. */
  public void turnAway(CloseCode code, String reason) {
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
  @Override
  public void tooSlow(String why) {
    tooSlow = true;
    close(CloseCode.TOO_SLOW.code(), "too slow: " + why);
  }

  @Override
  public void close(int code, String reason) {
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
    if (allowance == null || allowance.take(endpoint.context().now())) {
      if (binary == encoding().binary()) {
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
    feed.writable();
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
    out.close();
    feed.close();
    statusWatches.end();
    long now = endpoint.context().now();
    long timestamp = endpoint.context().timestamp();
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
    mailbox.add(() -> over(code, reason, clean));
  }

  /** The last task of its mailbox. */
  private void over(int code, String reason, boolean clean) {
    try {
      endpoint.application().closed(this, code, reason, clean);
    } catch (Throwable failure) { // users' code: the rest has to be done all the same
      failed("onClose", failure);
    } finally {
      mailbox.retire();
      endpoint.hub().connectionCounts().leave(identified, ConnectionCounts.address(request));
    }
  }
}
