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

/** The other end of a raw connection. Thread-safe; messages of one thread leave in their order. */
public final class RawPeer {
  private static final int PIECE = 16 << 10;
  private static final int MAX_STREAMS = 101; // one under way and 100 that wait

  private final RawConnection connection;
  private final WebSocket webSocket;
  private volatile @Nullable Map<String, Object> attributes; // made when asked for, under this
  private int streams; // guarded by this; files and streams that are not done

  RawPeer(RawConnection connection) {
    this.connection = connection;
    this.webSocket = connection.webSocket();
  }

  /** A name for this connection, unlike any other's. */
  public String id() {
    return connection.id();
  }

  /**
   * Whose it is, as the endpoint's {@code identify} or {@code authenticate} said; {@code guest-}
   * and its id if neither did.
   */
  public String user() {
    AuthenticatedUser user = connection.user();
    return user == null ? "guest-" + id() : user.name();
  }

  /** The user that its client has proved to be; empty for a guest. */
  public Optional<AuthenticatedUser> authenticated() {
    return Optional.ofNullable(connection.user());
  }

  /** The request that was upgraded. */
  public HttpRequest request() {
    return connection.request();
  }

  /** The values of the path's parameters. */
  public Map<String, String> parameters() {
    return connection.parameters();
  }

  /** Whatever the users' code wants to remember of this connection. Gone with it. */
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
   * Sends a text message. Completes when it is written; fails with {@link UnsentException}, which
   * holds the text, if the connection is not open or too much waits for it already.
   */
  public CompletionStage<Void> send(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return send(text, utf8.length, () -> webSocket.sendText(utf8));
  }

  /**
   * Sends a binary message; as {@link #send(String)}. The array must not be changed before that
   * completes.
   */
  public CompletionStage<Void> send(byte[] bytes) {
    return send(bytes, bytes.length, () -> webSocket.sendBinary(bytes));
  }

  /**
   * Sends a message on as it came. Cheaper than the other sends, and nobody is told what becomes of
   * it: one to a connection that is not open is dropped, and one for which there is no room within
   * {@code maxPendingBytes} closes the connection with 4008. Within the handler of the view, and to
   * a connection of the same event loop, it is not copied before it is written.
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

  /** Runs it on the loop; what it throws is the stage's failure, as nobody else would see it. */
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
   * Sends a file as one binary message in fragments, however long it is: it is read on a virtual
   * thread as fast as the socket takes it, and at most 32 KiB of it are in memory. Messages leave
   * in the order in which they were sent: those sent after it wait for its end within {@code
   * maxPendingBytes}, files and streams as well, up to 100. Pings and a close do not wait. It is
   * compressed if that was agreed on.
   */
  public RawTransfer send(Path file) {
    return send(StreamedMessage.of(file, pieceBytes()));
  }

  /**
   * Sends a stream as one message; as {@link #send(Path)}. The stream is closed in the end,
   * whatever happens.
   *
   * @param text whether it is text; it must be UTF-8 then, and is not checked
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
    if (webSocket.readyState() == ReadyState.CLOSED) { // there may be no loop any more
      message.unsent("connection: CLOSED (expected: OPEN)");
    }
    return new RawTransfer(this, message);
  }

  private synchronized boolean takesStream() {
    boolean room = streams < MAX_STREAMS;
    streams += room ? 1 : 0;
    return room;
  }

  private void streamed(StreamedMessage message, @Nullable Throwable failure) {
    synchronized (this) {
      streams--;
    }
    if (failure == null) {
      meter().sent((int) Math.min(message.sent(), Integer.MAX_VALUE));
    }
  }

  /** How much of a stream is sent at once: small enough that other messages find room, too. */
  private int pieceBytes() {
    return Math.clamp(connection.maxPendingBytes() / 2, 1, PIECE);
  }

  boolean onLoop() {
    return webSocket.eventLoop().inEventLoop();
  }

  Meter meter() {
    return connection.meter();
  }

  /**
   * Sends a ping; the pong goes to the endpoint's {@code onPong}.
   *
   * @throws IllegalArgumentException if it has more than 125 bytes
   */
  public void ping(byte[] payload) {
    if (payload.length > 125) {
      throw new IllegalArgumentException(
          "payload: " + payload.length + " bytes (expected: at most 125)");
    }
    webSocket.execute(() -> webSocket.sendPing(payload));
  }

  /**
   * Closes the connection; what was sent goes first.
   *
   * @param reason cut to 123 bytes of UTF-8, between characters
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

  /** Ends the connection at once, without a close handshake. */
  public void terminate() {
    webSocket.execute(webSocket::terminate);
  }

  @Override
  public String toString() {
    return "connection " + id() + " of " + user();
  }
}
