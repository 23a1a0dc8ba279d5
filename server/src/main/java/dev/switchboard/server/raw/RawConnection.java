package dev.switchboard.server.raw;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.handlers.Mailbox;
import dev.switchboard.server.identity.Expiry;
import dev.switchboard.server.limits.ConnectionCounts;
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
 * One WebSocket of a raw endpoint: hands what comes to users' code, in order, on virtual threads or
 * right here. Confined to its event loop, but for what says otherwise.
 *
 * <p>It has no states beyond its socket's. What comes is handed over one by one, to the mailbox or
 * to the loop itself, and so is all that has to come after it: the close when the server goes, the
 * answer to the client's close frame, and {@code onClose}. That one queue is why handlers see
 * messages in order, why what they send for one message precedes the close, and why {@code onClose}
 * is the last they are called for. It is counted as open until that has run, so that a server that
 * closes waits for it.
 */
public final class RawConnection implements WebSocketListener, IdleSweep.Member {
  private final RawHub hub;
  private final WebSocket webSocket;
  private final HttpRequest request;
  private final Map<String, String> parameters;
  private final @Nullable AuthenticatedUser user; // null for a guest
  private final @Nullable Expiry expiry; // null if the proof of who the user is holds for ever
  private final long number;
  private final RawGroup group;
  private final Object peer;
  private final @Nullable Mailbox mailbox; // null if handlers run on the loop

  /** Where the group keeps it. Written by the group, which moves its last member into a hole. */
  private int place;

  /** When a message came last. Kept only if there is an idle timeout; read by whoever sweeps. */
  private volatile long heardAt;

  /** Whether it has heard nothing for too long and is being closed. Confined to the loop. */
  private boolean idle;

  /** Something of users' code that is to be run. */
  @FunctionalInterface
  public interface Task {
    /** Runs it; what it throws ends the connection. */
    void run() throws Exception;
  }

  /**
   * Takes over a WebSocket that just opened; on its loop.
   *
   * @param user whose it is; null for a guest
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
    this.expiry = expiry();
    hub.meter().opened();
    heard();
    hub.registry().add(this);
    group.add(this);
    hub.application().opened(this);
  }

  /** Where its endpoint is. Any thread. */
  public String path() {
    return hub.path();
  }

  /** A name for it, unlike that of any other, of other servers too. Any thread. */
  public String id() {
    return hub.registry().id(number);
  }

  /** Its number among the connections of its endpoint. */
  long number() {
    return number;
  }

  /** Closes it when the proof of who its user is ends. A raw client knows no word for a warning. */
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

  /** Whose it is; null for a guest. Any thread. */
  public @Nullable AuthenticatedUser user() {
    return user;
  }

  /** The request that was upgraded. Any thread. */
  public HttpRequest request() {
    return request;
  }

  /** The values of the path's parameters. Any thread. */
  public Map<String, String> parameters() {
    return parameters;
  }

  /** What users' code knows it as. Any thread. */
  public Object peer() {
    return peer;
  }

  @Override
  public WebSocket webSocket() {
    return webSocket;
  }

  /** Counts what happens. Any thread. */
  public Meter meter() {
    return hub.meter();
  }

  /** Most bytes that may wait to be written to it. Any thread. */
  public int maxPendingBytes() {
    return hub.maxPendingBytes();
  }

  /** Whether users' code runs on the loop, where it may see messages as they were received. */
  public boolean handlesOnLoop() {
    return mailbox == null;
  }

  /** Where the group keeps it. */
  int place() {
    return place;
  }

  void place(int index) {
    place = index;
  }

  /**
   * After so many milliseconds lets handlers finish what was taken, and closes with 1001. Any
   * thread.
   */
  void sendAway(long after) {
    ScheduledFuture<?> unused =
        webSocket.eventLoop().schedule(() -> whenDone(this::goAway), after, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs it on the loop when handlers are done with what came, and all that they sent is written:
   * messages, and files and streams to their end.
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

  /** Closes it, if it is open; what was sent goes first. Any thread. */
  private void close(CloseCode code, String reason) {
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
   * Runs users' code when it is its turn: now if that is on the loop.
   *
   * @param size how many bytes of a message it holds
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
    } catch (RefusedException refused) { // what an interceptor says to the client
      close(CloseCode.POLICY_VIOLATION, String.valueOf(refused.getMessage()));
    } catch (Throwable failure) { // users' code: costs its own connection only
      try {
        hub.application().failed(this, failure);
      } finally {
        close(CloseCode.INTERNAL_ERROR, "the server failed");
      }
    }
  }

  @Override
  public void onText(ByteBuf content) {
    came(content);
    hub.application().text(this, content);
  }

  @Override
  public void onBinary(ByteBuf content) {
    came(content);
    hub.application().binary(this, content);
  }

  private void came(ByteBuf content) {
    heard();
    hub.meter().received(content.readableBytes());
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

  /** What handlers send for the messages before it goes ahead of our close frame. */
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

  /** It has ended, and so has what its handlers did. */
  private void finished() {
    String name = user == null ? "" : user.name();
    hub.connectionCounts().leave(name, ConnectionCounts.address(request));
  }
}
