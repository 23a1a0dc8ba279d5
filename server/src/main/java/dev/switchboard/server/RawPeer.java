package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.raw.RawConnection;
import dev.switchboard.spi.Limit;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The other end of a raw connection. Thread-safe; messages of one thread leave in their order. */
public final class RawPeer {
  private static final int PIECE = 16 << 10;

  private final RawConnection connection;
  private final WebSocket webSocket;
  private volatile @Nullable RawOutflow outflow; // made for the first stream, under this
  private volatile @Nullable Map<String, Object> attributes; // made when asked for, under this
  private boolean ended; // guarded by this

  RawPeer(RawConnection connection) {
    this.connection = connection;
    this.webSocket = connection.webSocket();
  }

  /** A name for this connection, unlike any other's. */
  public String id() {
    return connection.id();
  }

  /**
   * Whose it is, as the endpoint's {@code identify} said; {@code guest-} and its id if it did not.
   */
  public String user() {
    String user = connection.user();
    return user.isEmpty() ? "guest-" + id() : user;
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
          } else if (webSocket.pendingBytes() + length > room()) {
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

  /** How much may wait: a stream under way keeps room for its next piece. */
  private int room() {
    RawOutflow streams = outflow;
    int room = connection.maxPendingBytes();
    return streams != null && streams.busy() ? room - pieceBytes() : room;
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
   * thread as fast as the socket takes it, and at most 32 KiB of it are in memory. Its turn comes
   * when the files and streams given before are done; up to 100 wait. Messages sent before its turn
   * go ahead of it, those sent meanwhile wait for its end within {@code maxPendingBytes}, pings do
   * not wait.
   */
  public RawTransfer send(Path file) {
    return send(file, () -> java.nio.file.Files.newInputStream(file), false);
  }

  /**
   * Sends a stream as one message; as {@link #send(Path)}. The stream is closed in the end,
   * whatever happens.
   *
   * @param text whether it is text; it must be UTF-8 then, and is not checked
   */
  public RawTransfer send(InputStream stream, boolean text) {
    return send(stream, () -> stream, text);
  }

  private RawTransfer send(Object source, RawTransfer.Opening opening, boolean text) {
    RawTransfer transfer = new RawTransfer(this, source, opening, text);
    outflow().add(transfer);
    return transfer;
  }

  private synchronized RawOutflow outflow() {
    RawOutflow known = outflow;
    if (known == null) {
      known = new RawOutflow();
      outflow = known;
      if (ended) {
        known.end();
      }
    }
    return known;
  }

  /** Sends a piece of a message; completes when it is written. */
  CompletableFuture<Void> fragment(boolean text, byte[] piece, boolean last) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    execute(
        written,
        () -> {
          if (webSocket.readyState() == ReadyState.OPEN) {
            webSocket.sendFragment(text, Unpooled.wrappedBuffer(piece), last);
            whenWritten(written, piece);
          } else {
            written.completeExceptionally(new ClosedChannelException());
          }
        });
    return written;
  }

  /** How much of a stream is sent at once: small enough that other messages find room, too. */
  int pieceBytes() {
    return Math.clamp(connection.maxPendingBytes() / 2, 1, PIECE);
  }

  boolean onLoop() {
    return webSocket.eventLoop().inEventLoop();
  }

  Meter meter() {
    return connection.meter();
  }

  /** The connection has ended. */
  void ended() {
    RawOutflow known;
    synchronized (this) {
      ended = true;
      known = outflow;
    }
    if (known != null) {
      known.end();
    }
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
