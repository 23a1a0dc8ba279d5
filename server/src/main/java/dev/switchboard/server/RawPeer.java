package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.raw.RawConnection;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The client at the other end of a raw connection. Thread-safe; the messages of one thread are sent
 * in order.
 */
public final class RawPeer {
  private static final int PIECE = 16 << 10;
  private static final int MAX_STREAMS = 101; // one being sent and 100 waiting

  private final RawConnection connection;
  private final WebSocket webSocket;
  private volatile @Nullable Map<String, Object> attributes; // null until used; set under this
  private int streams; // unfinished files and streams; guarded by this

  RawPeer(RawConnection connection) {
    this.connection = connection;
    this.webSocket = connection.webSocket();
  }

  /** Returns the unique id of this connection. */
  public String id() {
    return connection.id();
  }

  /**
   * Returns the connection's user, as given by the endpoint's {@code identify} or {@code
   * authenticate}; without either, {@code guest-} followed by the id.
   */
  public String user() {
    AuthenticatedUser user = connection.user();
    return user == null ? "guest-" + id() : user.name();
  }

  /** Returns the authenticated user; empty for a guest. */
  public Optional<AuthenticatedUser> authenticated() {
    return Optional.ofNullable(connection.user());
  }

  /** Returns the upgrade request. */
  public HttpRequest request() {
    return connection.request();
  }

  /** Returns the values of the path's parameters. */
  public Map<String, String> parameters() {
    return connection.parameters();
  }

  /**
   * Returns a thread-safe map for the application's own data about this connection. It is discarded
   * with the connection.
   */
  public Map<String, Object> attributes() {
    Map<String, Object> known = attributes;
    return known == null ? newAttributes() : known;
  }

  private synchronized Map<String, Object> newAttributes() {
    Map<String, Object> known = attributes;
    if (known == null) {
      known = new ConcurrentHashMap<>(4);
      attributes = known;
    }
    return known;
  }

  /**
   * Sends a text message. The stage completes when the message is written to the socket. It fails
   * with {@link UnsentException}, which carries the text, if the connection is not open or if more
   * than {@code maxPendingBytes} would be waiting.
   */
  public CompletionStage<Void> send(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return send(text, utf8.length, () -> webSocket.sendText(utf8));
  }

  /**
   * Sends a binary message; otherwise like {@link #send(String)}. The array must not be changed
   * before the stage completes.
   */
  public CompletionStage<Void> send(byte[] bytes) {
    return send(bytes, bytes.length, () -> webSocket.sendBinary(bytes));
  }

  /**
   * Sends a received message on unchanged. This is cheaper than the other sends but reports no
   * result: if the connection is not open, the message is dropped; if it does not fit within {@code
   * maxPendingBytes}, the connection is closed with 4008. Within the view's handler, a message to a
   * connection of the same event loop is not copied before it is written.
   */
  public void forward(RawView message) {
    boolean text = message.isText();
    if (webSocket.eventLoop().inEventLoop()) {
      forward(text, message.content().retain());
    } else {
      ByteBuf copy = Unpooled.wrappedBuffer(message.copy());
      webSocket.execute(() -> forward(text, copy));
    }
  }

  private void forward(boolean text, ByteBuf content) {
    if (webSocket.readyState() == ReadyState.OPEN) {
      meter().sent(content.readableBytes());
    }
    if (text) {
      webSocket.sendText(content);
    } else {
      webSocket.sendBinary(content);
    }
  }

  private CompletionStage<Void> send(Object message, int length, Runnable write) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    execute(
        written,
        () -> {
          if (webSocket.readyState() != ReadyState.OPEN) {
            written.completeExceptionally(
                new UnsentException(
                    "connection: " + webSocket.readyState() + " (expected: OPEN)", message));
          } else if (webSocket.pendingBytes() + length > connection.maxPendingBytes()) {
            meter().limit(Limit.PENDING_BYTES);
            written.completeExceptionally(
                new UnsentException(
                    "connection: "
                        + webSocket.pendingBytes()
                        + " bytes wait already (expected: less; try again later)",
                    message));
          } else {
            write.run();
            meter().sent(length);
            whenWritten(written, message);
          }
        });
    return written;
  }

  /** Runs a task on the event loop. An exception fails the stage, as nobody else would see it. */
  private void execute(CompletableFuture<Void> written, Runnable task) {
    webSocket.execute(() -> {
      try {
        task.run();
      } catch (RuntimeException failure) {
        written.completeExceptionally(failure);
        throw failure;
      }
    });
  }

  private void whenWritten(CompletableFuture<Void> written, Object message) {
    webSocket.whenWritten(failure -> {
      if (failure == null) {
        written.complete(null);
      } else {
        written.completeExceptionally(
            new UnsentException("connection: lost before the message was written", message));
      }
    });
  }

  /**
   * Sends a file of any length as one binary message in fragments. It is read on a virtual thread
   * at the pace of the socket, with at most 32 KiB in memory. Messages leave in the order they were
   * sent: those sent later wait for its end within {@code maxPendingBytes}, and so do up to 100
   * files and streams; one more fails. Pings and a close do not wait. The message is compressed if
   * compression was negotiated.
   */
  public RawTransfer send(Path file) {
    return send(StreamedMessage.of(file, pieceBytes()));
  }

  /**
   * Sends a stream as one message; otherwise like {@link #send(Path)}. The stream is always closed
   * in the end.
   *
   * @param text whether it is a text message; the stream must then be valid UTF-8, which is not
   *     checked
   */
  public RawTransfer send(InputStream stream, boolean text) {
    return send(StreamedMessage.of(stream, text, pieceBytes()));
  }

  private RawTransfer send(StreamedMessage message) {
    if (!takesStream()) {
      message.unsent(
          "connection: " + (MAX_STREAMS - 1) + " streams wait already (expected: less; try later)");
      return new RawTransfer(this, message);
    }
    var unused = message.done().whenComplete((nothing, failure) -> streamed(message, failure));
    webSocket.execute(() -> webSocket.send(message));
    if (webSocket.readyState() == ReadyState.CLOSED) { // the loop may have ended already
      message.unsent("connection: CLOSED (expected: OPEN)");
    }
    return new RawTransfer(this, message);
  }

  /** Counts one more stream, unless too many are unfinished. */
  private synchronized boolean takesStream() {
    boolean room = streams < MAX_STREAMS;
    streams += room ? 1 : 0;
    return room;
  }

  /** Called when a stream has ended, whether or not it was sent. */
  private void streamed(StreamedMessage message, @Nullable Throwable failure) {
    synchronized (this) {
      streams--;
    }
    if (failure == null) {
      meter().sent((int) Math.min(message.sent(), Integer.MAX_VALUE));
    }
  }

  /**
   * Returns how much of a stream is sent at once: little enough to leave room for other messages.
   */
  private int pieceBytes() {
    return Math.clamp(connection.maxPendingBytes() / 2, 1, PIECE);
  }

  /** Returns whether the calling thread is the connection's event loop. */
  boolean onLoop() {
    return webSocket.eventLoop().inEventLoop();
  }

  Meter meter() {
    return connection.meter();
  }

  /**
   * Sends a ping. The pong goes to the endpoint's {@code onPong}.
   *
   * @throws IllegalArgumentException if the payload exceeds 125 bytes
   */
  public void ping(byte[] payload) {
    if (payload.length > 125) {
      throw new IllegalArgumentException(
          "payload: " + payload.length + " bytes (expected: at most 125)");
    }
    webSocket.execute(() -> webSocket.sendPing(payload));
  }

  /**
   * Closes the connection after sending what is waiting.
   *
   * @param reason truncated to 123 bytes of UTF-8, at a character boundary
   * @throws IllegalArgumentException if the code may not be sent ({@link
   *     CloseCode#requireSendable})
   */
  public void close(int code, String reason) {
    CloseCode.requireSendable(code);
    webSocket.execute(() -> {
      if (webSocket.readyState() == ReadyState.OPEN) {
        webSocket.close(code, reason);
      }
    });
  }

  /** Drops the connection at once, without a close handshake. */
  public void terminate() {
    webSocket.execute(webSocket::terminate);
  }

  @Override
  public String toString() {
    return "connection " + id() + " of " + user();
  }
}
