package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
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
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.IdleSweep;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.transport.HttpRequest;
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
 * One WebSocket of a typed endpoint. Requests from its client go to a {@link RequestHandler}, calls
 * to users' code go through its mailbox, and everything it reads comes through its {@link Feed}. It
 * starts with a new session and may be given a former one. Confined to its event loop unless stated
 * otherwise.
 *
 * <p><b>States.</b> A connection is <em>new</em> until its first message, {@code welcome}, is sent;
 * nothing is read from the client before that. Then it is <em>open</em>. Its {@link Departure}
 * makes it <em>leaving</em>: messages that arrive from then on are not answered, so that the client
 * repeats them elsewhere. {@link #close}, or the client's close frame, starts the close handshake;
 * from then on the connection is not {@link #open}. It is <em>closed</em> when its socket is: the
 * feed and the status watches end with it, while the session may wait for its client to come back.
 * A connection may skip states, but never goes back to an earlier one.
 *
 * <p><b>Why this is safe.</b> All state changes happen on the loop, where the socket's events
 * arrive too, so nothing needs a lock. Users' code runs elsewhere, and what it sends comes back as
 * tasks for the loop, in order; a task that arrives after the end finds {@link Outbound} closed and
 * does nothing. An action that must follow users' code for earlier messages, such as the close when
 * the server shuts down, goes through the mailbox as they do. The last task of the mailbox is
 * {@link #over}, and only then does the connection stop counting as open.
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
  private final Departure departure;
  private final ReadGate readGate;
  private final Feed feed;
  private final Mailbox mailbox;
  private final Object peer;
  private final StatusWatches statusWatches;
  private final boolean admitted; // whether users' code has heard of the connection

  /**
   * The connection's own session at first, then the one its client resumed. Written on the loop,
   * read by any thread.
   */
  private volatile Session session;

  /**
   * When the client last sent something. Maintained only if there is an idle timeout. Written on
   * the loop, read by any thread.
   */
  private volatile long heardAt;

  /** Whether the first message was sent, so the client may be read from. Confined to the loop. */
  private boolean greeted;

  /**
   * Takes over a WebSocket that just opened. Must be called on its loop.
   *
   * @param identified the authenticated user; null for a guest
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
    String user = identified == null ? "guest-" + Secrets.hex(12) : identified.name();
    this.session = new Session(endpoint.hub().claims().newId(), user, this);
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
    this.departure = new Departure(webSocket, out, mailbox, readGate, endpoint.meter());
    endpoint.meter().opened();
    heard();
    SessionHandshake handshake = new SessionHandshake(this);
    EndpointContext.Barred barred = handshake.begin(identified);
    this.admitted = barred == null;
    if (barred != null) {
      departure.refuse(barred.code(), barred.reason());
      return;
    }
    handshake.welcome(null);
    if (!greeted) {
      readGate.hold(); // what the client asks comes after the first word
    }
    endpoint.application().opened(this);
  }

  /** Returns the endpoint's services. Thread-safe. */
  public EndpointRuntime endpoint() {
    return endpoint;
  }

  /** Returns the current session. Thread-safe. */
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

  /** Replaces the current session with a former one. */
  void session(Session former) {
    session = former;
  }

  public HttpRequest request() {
    return request;
  }

  public Map<String, String> parameters() {
    return parameters;
  }

  /** Returns the authenticated user, or null for a guest. Thread-safe. */
  public @Nullable AuthenticatedUser identified() {
    return identification.user();
  }

  /** Resumes reading, which the WebSocket's previous owner had paused. */
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

  /** Returns the object by which users' code knows this connection. */
  public Object peer() {
    return peer;
  }

  ReadGate readGate() {
    return readGate;
  }

  /** Returns the connection's feed. */
  public Feed feed() {
    return feed;
  }

  /** Records that the client sent something that shows it is not idle. */
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
    return departure.endIdle(code, reason);
  }

  /** Whether the end has not begun. Must be called on the loop. */
  public boolean open() {
    return departure.open();
  }

  /** Whether the connection has ended. Must be called on the loop. */
  boolean closed() {
    return out.closed();
  }

  /** Returns the ways to end the connection. */
  public Departure departure() {
    return departure;
  }

  /** Runs a task on the loop, immediately if the caller is on it. Thread-safe. */
  public void onLoop(Runnable task) {
    out.onLoop(task);
  }

  /** Sends the first message, and then starts to read from the client. */
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

  /** Encodes a message now, on any thread. Running the result on the loop sends it. */
  Runnable prepared(Draft draft) {
    return out.prepared(draft);
  }

  /** Encodes a message on the calling thread, and sends it on the loop. Thread-safe. */
  public void answer(Draft draft) {
    onLoop(out.prepared(draft));
  }

  /** Answers with an {@code error}. Internal errors are logged here. Thread-safe. */
  void refuse(@Nullable Id id, Throwable failure) {
    refuse(id, failure, "a request");
  }

  /**
   * Answers with an {@code error}. Internal errors are logged here. Thread-safe.
   *
   * @param what the operation that failed, for the log
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

  /** Logs a failure of the server or of users' code. Thread-safe. */
  @Override
  public void failed(String what, Throwable failure) {
    LOG.error("{}: {} failed for {}", endpoint.path(), what, session.user(), failure);
  }

  /** Takes the session out of a room, on behalf of an operator. */
  void removed(String room, String reason) {
    if (depart(room)) {
      send(ServerMessages.removed(room, reason));
    }
  }

  /** Leaves a room. Returns whether the session was in it. */
  boolean depart(String room) {
    if (!session.leave(room, this)) {
      return false;
    }
    feed.drop(Address.room(room));
    endpoint.hub().leave(room, session.user());
    return true;
  }

  @Override
  public void tooSlow(String why) {
    departure.tooSlow(why);
  }

  @Override
  public void close(int code, String reason) {
    departure.close(code, reason);
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
    if (!departure.leaving()) {
      admission.received(ByteBufUtil.getBytes(view), binary);
    }
  }

  @Override
  public void onWritable() {
    feed.writable();
  }

  /** Delays the close frame until earlier messages are handled and answered. */
  @Override
  public void onEnding(Runnable end) {
    departure.whenDone(end);
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
    departure.closed(code);
    mailbox.add(() -> over(code, reason, clean));
  }

  /** Runs as the last task of the mailbox. */
  private void over(int code, String reason, boolean clean) {
    try {
      if (admitted) {
        endpoint.application().closed(this, code, reason, clean);
      }
    } catch (Throwable failure) { // users' code may throw anything; the rest must still run
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
