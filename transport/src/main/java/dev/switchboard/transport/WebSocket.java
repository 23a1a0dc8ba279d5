package dev.switchboard.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open connection, server or client side. Confined to its {@link #eventLoop}: every method but
 * {@link #execute}, {@link #eventLoop} and the fixed facts must be called there, otherwise {@link
 * IllegalStateException}.
 *
 * <p>Sending never blocks. Buffers handed over are released by the connection, whatever happens.
 * What is sent within one turn of the loop leaves in one write. Sending on a connection that is not
 * {@link ReadyState#OPEN} drops the message.
 */
public interface WebSocket {
  /** Where everything of this connection happens. Thread-safe. */
  EventLoop eventLoop();

  /** Runs a task on the event loop. Thread-safe. Dropped if the loop has ended. */
  void execute(Runnable task);

  /** The subprotocol agreed on, or null. Thread-safe. */
  @Nullable String subprotocol();

  /** The value of {@code Sec-WebSocket-Extensions} agreed on; empty if none. Thread-safe. */
  String extensions();

  /** The peer's address. Thread-safe. */
  InetSocketAddress remoteAddress();

  /** Where the connection is in its life. Thread-safe. */
  ReadyState readyState();

  /** Sends a text message; the bytes must be UTF-8 and are not checked. */
  void sendText(ByteBuf utf8);

  /** Sends a text message; the bytes must be UTF-8 and are not checked. */
  void sendText(byte[] utf8);

  /** Sends a binary message. */
  void sendBinary(ByteBuf payload);

  /** Sends a binary message. */
  void sendBinary(byte[] payload);

  /**
   * Calls back when everything sent so far was handed to the kernel, or failed: at once if that is
   * so already, else at the end of a turn of the loop, never inside a send. Called once, on the
   * event loop, with null or the reason.
   */
  void whenWritten(Consumer<@Nullable Throwable> done);

  /**
   * Sends a message while it is read, in fragments at the pace of the socket: after what was sent
   * before, and ahead of what is sent afterwards, which waits for its end within {@code
   * maxPendingBytes}. Pings, pongs and a close go in between. If it is cancelled or can't be read
   * further when a part is out, the connection is closed with 1011. If this connection is not
   * {@link ReadyState#OPEN}, the message fails.
   */
  void send(StreamedMessage message);

  /**
   * Sends a message framed beforehand. It is retained as long as needed; the caller keeps its own
   * reference.
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
   * Starts the close handshake: what was sent goes first, then a close frame; the socket ends when
   * the peer answers or after {@code closeTimeout}. Does nothing if not open. A message that is
   * going out in fragments is cut off, and what waits behind it is dropped.
   *
   * @param code 1000–1003, 1007–1014 or 3000–4999
   * @param reason cut to 123 bytes of UTF-8, between characters
   * @throws IllegalArgumentException if the code may not be sent
   */
  void close(int code, String reason);

  /**
   * Closes as {@link #close} does, but lets the listener finish first: nothing more is delivered to
   * it, {@link WebSocketListener#onEnding} is called, and the close frame goes out when it is done,
   * or after {@code closeTimeout}. If the peer closes meanwhile, that is answered instead. A socket
   * whose listener does all it does at once closes at once.
   */
  default void closeWhenDone(int code, String reason) {
    close(code, reason);
  }

  /** Ends the socket at once, without a close handshake; the listener gets 1006. */
  void terminate();

  /** Bytes sent but not yet handed to the kernel, and the next piece of a stream under way. */
  long pendingBytes();

  /**
   * Stops delivering and reading: at most what one read has brought is held, then TCP pushes back.
   * Pings are not answered meanwhile.
   */
  void pauseReading();

  /** Undoes {@link #pauseReading}. */
  void resumeReading();
}
