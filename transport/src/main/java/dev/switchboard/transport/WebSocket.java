package dev.switchboard.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An open connection, on the server or the client side. Confined to its {@link #eventLoop}: all
 * methods except {@link #execute}, {@link #eventLoop} and those marked thread-safe throw {@link
 * IllegalStateException} on other threads.
 *
 * <p>Sending never blocks. The connection takes over buffers passed to it and always releases them.
 * Everything sent within one turn of the loop leaves in a single write. A message sent on a
 * connection that is not {@link ReadyState#OPEN} is dropped.
 */
public interface WebSocket {
  /** Returns the event loop that runs everything on this connection. Thread-safe. */
  EventLoop eventLoop();

  /** Runs a task on the event loop; drops it if the loop has ended. Thread-safe. */
  void execute(Runnable task);

  /** Returns the negotiated subprotocol, or null. Thread-safe. */
  @Nullable String subprotocol();

  /** Returns the negotiated {@code Sec-WebSocket-Extensions}; empty if none. Thread-safe. */
  String extensions();

  /** Returns the peer's address. Thread-safe. */
  InetSocketAddress remoteAddress();

  /** Returns the state of the connection. Thread-safe. */
  ReadyState readyState();

  /** Sends a text message. The bytes must be UTF-8, which is not checked. */
  void sendText(ByteBuf utf8);

  /** Sends a text message. The bytes must be UTF-8, which is not checked. */
  void sendText(byte[] utf8);

  /** Sends a binary message. */
  void sendBinary(ByteBuf payload);

  /** Sends a binary message. */
  void sendBinary(byte[] payload);

  /**
   * Calls back when the kernel has taken everything sent so far, or when that failed. Called once,
   * on the event loop, with null or the reason: immediately if the outcome is known, otherwise at
   * the end of a turn of the loop, never inside a send.
   */
  void whenWritten(Consumer<@Nullable Throwable> done);

  /**
   * Sends a message in fragments while it is read, at the pace of the socket. It follows earlier
   * messages and precedes later ones, which wait for its end within {@code maxPendingBytes}. Pings,
   * pongs and a close go in between. If it is cancelled or becomes unreadable after a part was
   * sent, the connection is closed with 1011. If this connection is not {@link ReadyState#OPEN},
   * the message fails.
   */
  void send(StreamedMessage message);

  /**
   * Sends a message framed in advance. The connection retains it as long as needed; the caller
   * keeps its own reference.
   */
  void sendPrepared(Prepared message);

  /**
   * Sends a ping.
   *
   * @throws IllegalArgumentException if it has more than 125 bytes
   */
  void sendPing(byte[] payload);

  /**
   * Sends an unsolicited pong.
   *
   * @throws IllegalArgumentException if it has more than 125 bytes
   */
  void sendPong(byte[] payload);

  /**
   * Starts the close handshake. Messages sent before go first, then a close frame. The socket ends
   * when the peer answers or after {@code closeTimeout}. A message that is being sent in fragments
   * is cut off, and what waits behind it is dropped. Does nothing if the connection is not open.
   *
   * @param code 1000–1003, 1007–1014 or 3000–4999
   * @param reason cut to 123 bytes of UTF-8, between characters
   * @throws IllegalArgumentException if the code may not be sent
   */
  void close(int code, String reason);

  /**
   * Closes as {@link #close} does, but lets the listener finish first: delivers nothing more, calls
   * {@link WebSocketListener#onEnding}, and sends the close frame when the listener is done, or
   * after {@code closeTimeout}. If the peer closes in the meantime, its close is answered instead.
   * A socket whose listener finishes everything synchronously closes at once.
   */
  default void closeWhenDone(int code, String reason) {
    close(code, reason);
  }

  /** Closes the socket at once, without a close handshake. The listener gets 1006. */
  void terminate();

  /**
   * Returns the number of bytes sent that the kernel has not taken, including the next piece of a
   * stream under way.
   */
  long pendingBytes();

  /**
   * Stops delivering and reading. At most the bytes of one read are held; then TCP backpressure
   * slows the peer. Pings are not answered while reading is paused.
   */
  void pauseReading();

  /** Resumes after {@link #pauseReading}. */
  void resumeReading();
}
