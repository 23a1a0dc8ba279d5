package dev.switchboard.server.raw;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.handlers.Mailbox;
import dev.switchboard.server.identity.Expiry;
import dev.switchboard.server.limits.Allowance;
import dev.switchboard.server.limits.ConnectionCounts;
import dev.switchboard.server.limits.EndpointContext;
import dev.switchboard.server.limits.IdleSweep;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.ReadGate;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of a raw endpoint. Passes events to users' code, in order, on virtual threads or on
 * the loop. Confined to its event loop unless stated otherwise.
 *
 * <p>It has no states besides those of its socket. Events are passed on one by one, to the mailbox
 * or on the loop itself, and so is everything that must follow them: the close when the server
 * shuts down, the answer to the client's close frame, and {@code onClose}. This single queue is why
 * handlers see messages in order, why what they send for a message precedes the close, and why
 * {@code onClose} is called last. The connection counts as open until that has run, so a server
 * that shuts down waits for it.
 */
public final class RawConnection implements WebSocketListener, IdleSweep.Member {
  private final RawHub hub;
  private final WebSocket webSocket;
  private final HttpRequest request;
  private final Map<String, String> parameters;
  private final @Nullable AuthenticatedUser user; // null for a guest
  private final @Nullable Expiry expiry; // null if the proof of identity never expires
  private final long number;
  private final RawGroup group;
  private final Object peer;
  private final @Nullable Mailbox mailbox; // null if handlers run on the loop
  private final @Nullable Allowance allowance; // null if nothing is limited

  /**
   * This connection's index in its group. Written by the group, which moves its last member into a
   * gap.
   */
  private int place;

  /**
   * When the last message came. Maintained only if there is an idle timeout. Written on the loop,
   * read by any thread.
   */
  private volatile long heardAt;

  /** Whether the connection is being closed because it was idle. Confined to the loop. */
  private boolean idle;

  /** A call to users' code. */
  @FunctionalInterface
  public interface Task {
    /** Runs the call. If it throws, the connection is closed. */
    void run() throws Exception;
  }

  /**
   * Takes over a WebSocket that just opened. Must be called on its loop.
   *
   * @param user the authenticated user; null for a guest
   */
  public RawConnection(
      RawHub hub,
      WebSocket webSocket,
      HttpRequest request,
      Map<String, String> parameters,
      @Nullable AuthenticatedUser user) {
    this.hub = hub;
    this.webSocket = webSocket;
    this.request = request;
    this.parameters = parameters;
    this.user = user;
    this.number = hub.registry().next();
    this.group = hub.group(webSocket.eventLoop());
    this.peer = hub.application().peer(this);
    this.mailbox =
        hub.threads().onLoop()
            ? null
            : hub.threads()
                .mailbox(
                    new ReadGate(webSocket, hub.meter()),
                    webSocket.eventLoop(),
                    webSocket::execute,
                    peer);
    this.allowance = Allowance.of(hub.rates(), hub.now());
    this.expiry = expiry();
    hub.meter().opened();
    heard();
    hub.registry().add(this);
    group.add(this);
    hub.application().opened(this);
    EndpointContext.Barred barred =
        hub.barred(user); // who revoked it meanwhile may have missed this
    if (barred != null) {
      close(barred.code(), barred.reason());
    }
  }

  /** Returns the endpoint's path. Thread-safe. */
  public String path() {
    return hub.path();
  }

  /** Returns an ID that is unique across connections and servers. Thread-safe. */
  public String id() {
    return hub.registry().id(number);
  }

  /** Returns the connection's number within its endpoint. */
  long number() {
    return number;
  }

  /**
   * Closes the connection when the user's proof of identity expires. There is no warning, because a
   * raw client would not understand one.
   */
  private @Nullable Expiry expiry() {
    Long left = user == null ? null : hub.millisLeft(user);
    if (left == null) {
      return null;
    }
    Expiry timers =
        new Expiry(
            webSocket.eventLoop(),
            millis -> {},
            () -> close(CloseCode.AUTH_EXPIRED, "the proof of identity has expired"));
    timers.in(left);
    return timers;
  }

  /** Returns the user, or null for a guest. Thread-safe. */
  public @Nullable AuthenticatedUser user() {
    return user;
  }

  /** Returns the request that was upgraded. Thread-safe. */
  public HttpRequest request() {
    return request;
  }

  /** Returns the values of the path's parameters. Thread-safe. */
  public Map<String, String> parameters() {
    return parameters;
  }

  /** Returns the object by which users' code knows this connection. Thread-safe. */
  public Object peer() {
    return peer;
  }

  @Override
  public WebSocket webSocket() {
    return webSocket;
  }

  /** Returns the endpoint's meter. Thread-safe. */
  public Meter meter() {
    return hub.meter();
  }

  /** Returns how many bytes may wait to be written to the connection. Thread-safe. */
  public int maxPendingBytes() {
    return hub.maxPendingBytes();
  }

  /** Whether users' code runs on the loop, where it may see messages without a copy. */
  public boolean handlesOnLoop() {
    return mailbox == null;
  }

  /** Returns this connection's index in its group. */
  int place() {
    return place;
  }

  void place(int index) {
    place = index;
  }

  /**
   * Waits for the given number of milliseconds, lets handlers finish the messages already received,
   * and closes with 1001. Thread-safe.
   */
  void sendAway(long after) {
    ScheduledFuture<?> unused =
        webSocket.eventLoop().schedule(() -> whenDone(this::goAway), after, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a task on the loop when handlers are done with all received messages, and everything they
   * sent is written: messages, and files and streams to their end.
   */
  private void whenDone(Runnable task) {
    Runnable next = () -> webSocket.execute(() -> webSocket.whenWritten(failure -> task.run()));
    Mailbox box = mailbox;
    if (box == null) {
      next.run();
    } else {
      box.afterAll(next);
    }
  }

  private void goAway() {
    close(CloseCode.GOING_AWAY, "the server is closing");
  }

  /** Closes the connection if it is open, after what was already sent. Thread-safe. */
  void close(CloseCode code, String reason) {
    webSocket.execute(() -> {
      if (webSocket.readyState() == ReadyState.OPEN) {
        webSocket.close(code.code(), reason);
      }
    });
  }

  private void heard() {
    if (hub.idleSweep().on()) {
      heardAt = hub.now();
    }
  }

  @Override
  public long heardAt() {
    return heardAt;
  }

  @Override
  public boolean endIdle(CloseCode code, String reason) {
    boolean ends = !idle && webSocket.readyState() == ReadyState.OPEN;
    if (ends) {
      idle = true;
      webSocket.closeWhenDone(code.code(), reason);
    }
    return ends;
  }

  /**
   * Runs users' code when it is its turn: immediately if that is on the loop.
   *
   * @param size how many bytes of a message the task holds
   */
  public void hand(Task task, int size) {
    Mailbox box = mailbox;
    if (box != null) {
      box.add(() -> guarded(task), size);
      return;
    }
    group.begin(peer);
    try {
      guarded(task);
    } finally {
      group.end();
    }
  }

  private void guarded(Task task) {
    try {
      task.run();
    } catch (RefusedException refused) { // an interceptor's message to the client
      close(CloseCode.POLICY_VIOLATION, String.valueOf(refused.getMessage()));
    } catch (Throwable failure) { // users' code: a failure costs only its own connection
      try {
        hub.application().failed(this, failure);
      } finally {
        close(CloseCode.INTERNAL_ERROR, "the server failed");
      }
    }
  }

  @Override
  public void onText(ByteBuf content) {
    if (came(content)) {
      hub.application().text(this, content);
    }
  }

  @Override
  public void onBinary(ByteBuf content) {
    if (came(content)) {
      hub.application().binary(this, content);
    }
  }

  /** Counts a message. Returns whether it is within the limits; if not, the connection ends. */
  private boolean came(ByteBuf content) {
    heard();
    hub.meter().received(content.readableBytes());
    long wait = allowance == null ? 0 : allowance.message(content.readableBytes(), hub.now());
    if (wait > 0) {
      hub.meter().limit(Limit.RATE);
      webSocket.closeWhenDone(CloseCode.RATE_LIMITED.code(), "retryAfter=" + wait);
    }
    return wait == 0;
  }

  @Override
  public void onPing(ByteBuf content) {
    hub.application().ping(this, content);
  }

  @Override
  public void onPong(ByteBuf content) {
    hub.application().pong(this, content);
  }

  @Override
  public Overflow onOverflow(int bytes) {
    hub.meter().limit(Limit.PENDING_BYTES);
    return Overflow.CLOSE;
  }

  /** Delays the close frame until handlers have sent their answers to earlier messages. */
  @Override
  public void onEnding(Runnable end) {
    whenDone(end);
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    hub.meter().closed(code);
    if (expiry != null) {
      expiry.cancel();
    }
    hub.registry().remove(this);
    group.remove(this);
    hub.application().closed(this, code, reason, clean);
    Mailbox box = mailbox;
    if (box == null) {
      finished();
    } else {
      box.add(() -> {
        box.retire();
        finished();
      });
    }
  }

  /** Stops counting the connection as open, because it and its handlers have ended. */
  private void finished() {
    String name = user == null ? "" : user.name();
    hub.connectionCounts().leave(name, ConnectionCounts.address(request));
  }
}
