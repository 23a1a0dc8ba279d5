package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.Refusal;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.delivery.Feed;
import dev.switchboard.server.delivery.Outbound;
import dev.switchboard.server.delivery.Receiver;
import dev.switchboard.server.handlers.Mailbox;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.IdleSweep;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
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
 * <p><b>States.</b> It is <em>new</em> until its first word, {@code welcome}, is sent; nothing is
 * read from it before. Then it is <em>open</em>. {@link #sendAway} and {@link #turnAway} make it
 * <em>leaving</em>: what the client says from then on is left unanswered, so that it says it again
 * elsewhere. {@link #close}, or the client's close frame, begins the close handshake; from then on
 * it is not {@link #open}. It is <em>closed</em> when its socket is: then feed and watches end with
 * it, while the session may wait for its client to come back. It may skip any state, and never goes
 * back to one.
 *
 * <p><b>Why they hold.</b> All of them change on the loop, where its socket's events come too, so
 * there is nothing to lock. Users' code runs elsewhere, and what it sends comes back as tasks for
 * the loop, in order; one that comes after the end finds {@link Outbound} closed and does nothing.
 * What has to come after users' code for former messages, such as the close when the server goes,
 * goes through the mailbox, as they do. The last task of the mailbox is {@link #over}, and only
 * then is the connection no longer counted as open.
 */
public final class Connection implements WebSocketListener, Receiver, IdleSweep.Member {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final EndpointRuntime endpoint;
  private final WebSocket webSocket;
  private final HttpRequest request;
  private final Map<String, String> parameters;
  private final Identification identification;
  private final Outbound out;
  private final Admission admission;
  private final ReadGate readGate;
  private final Feed feed;
  private final Mailbox mailbox;
  private final Object peer;
  private final StatusWatches statusWatches;

  /** Its own at first, then the one that its client came back to. Written on the loop. */
  private volatile Session session;

  /** When its client last said something. Kept only if there is an idle timeout; on the loop. */
  private volatile long heardAt;

  /** Whether the first word was sent, and the client is read from. */
  private boolean greeted;

  /** Whether what comes now is left unanswered. */
  private boolean leaving;

  /** Whether what has come is not to be handled either. Written by handlers, on any thread. */
  private volatile boolean turnedAway;

  /** Whether it was closed with 4008, which a slow client may never answer. */
  private boolean tooSlow;

  /**
   * Takes over a WebSocket that just opened; on its loop.
   *
   * @param identified whose it is; null for a guest
   */
  public Connection(
      EndpointRuntime endpoint,
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      @Nullable AuthenticatedUser identified) {
    this.endpoint = endpoint;
    this.webSocket = webSocket;
    this.request = request;
    this.parameters = parameters;
    this.session = new Session(identified == null ? Session.guest() : identified.name(), this);
    this.identification = new Identification(endpoint, this, identified);
    this.readGate = new ReadGate(webSocket, endpoint.meter());
    Encoding encoding = endpoint.encodings().agreed(webSocket.subprotocol());
    this.out =
        new Outbound(webSocket, encoding, endpoint.meter(), endpoint.settings().maxPendingBytes());
    this.feed = new Feed(endpoint.topics(), this, out, readGate);
    this.statusWatches = new StatusWatches(endpoint.hub(), this);
    this.peer = endpoint.application().peer(this);
    this.mailbox = endpoint.threads().mailbox(readGate, webSocket.eventLoop(), this::onLoop, peer);
    this.admission = new Admission(endpoint, this);
    endpoint.meter().opened();
    heard();
    endpoint.hub().begin(session);
    new SessionHandshake(this).welcome(null);
    if (!greeted) {
      readGate.hold(); // what the client asks comes after the first word
    }
    endpoint.application().opened(this);
  }

  /** What it was handed by its endpoint. Any thread. */
  public EndpointRuntime endpoint() {
    return endpoint;
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

  /** The user that its client has proved to be; null for a guest. Any thread. */
  public @Nullable AuthenticatedUser identified() {
    return identification.user();
  }

  /** It has taken the place of whoever paused reading. */
  void takesOver() {
    if (greeted) {
      webSocket.resumeReading();
    }
  }

  Identification identification() {
    return identification;
  }

  Admission admission() {
    return admission;
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
    if (endpoint.hub().idleSweep().on()) {
      heardAt = endpoint.context().now();
    }
  }

  @Override
  public long heardAt() {
    return heardAt;
  }

  @Override
  public WebSocket webSocket() {
    return webSocket;
  }

  @Override
  public boolean endIdle(CloseCode code, String reason) {
    boolean ends = open() && !leaving;
    if (ends) {
      closeWhenDone(code, reason);
    }
    return ends;
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
      readGate.letGo();
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
   * answers it, and closes with 1001. From any thread.
   */
  void sendAway(long after) {
    onLoop(() -> {
      leaving = true; // what comes now is not acknowledged, so it is sent again elsewhere
      send(ServerMessages.goingAway(after));
      whenDone(() -> close(CloseCode.GOING_AWAY.code(), "the server is closing"));
    });
  }

  /** Runs it on the loop when all that was taken is handled and answered. */
  private void whenDone(Runnable task) {
    mailbox.afterAll(() -> readGate.whenAnswered(() -> webSocket.execute(task)));
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

  /** Closes when what was taken is handled and answered; what comes now is not. On the loop. */
  void closeWhenDone(CloseCode code, String reason) {
    leaving = true;
    if (open()) {
      webSocket.closeWhenDone(code.code(), reason);
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

  private void received(ByteBuf view, boolean binary) {
    if (!leaving) {
      admission.received(ByteBufUtil.getBytes(view), binary);
    }
  }

  @Override
  public void onWritable() {
    feed.writable();
  }

  /** What the messages before it are answered goes ahead of our close frame. */
  @Override
  public void onEnding(Runnable end) {
    whenDone(end);
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    out.close();
    identification.end();
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
      endpoint
          .hub()
          .connectionCounts()
          .leave(identification.name(), ConnectionCounts.address(request));
    }
  }
}
