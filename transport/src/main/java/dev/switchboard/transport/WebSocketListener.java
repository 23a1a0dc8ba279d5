package dev.switchboard.transport;

import io.netty.buffer.ByteBuf;

/**
 * Receives what happens on one connection. Calls come on the connection's event loop, in order, one
 * at a time, and must not block. Only {@link #onOverflow} is called inside a call that sends; other
 * events that a send causes are reported at the end of the loop's turn. Nothing is called after
 * {@link #onClose}. If a method throws, the exception is logged and the connection is closed with
 * 1011.
 *
 * <p>A {@code view} holds the payload between its reader and writer index and is valid only during
 * the call: copy what is kept, or take {@link ByteBuf#retainedSlice()} and release it soon.
 */
public interface WebSocketListener {
  /** Receives a text message; the bytes are valid UTF-8. */
  default void onText(ByteBuf view) {}

  /** Receives a binary message. */
  default void onBinary(ByteBuf view) {}

  /**
   * Whether to deliver binary messages piece by piece to {@link #onFragment}. Called once, before
   * the first frame.
   */
  default boolean wantsFragments() {
    return false;
  }

  /**
   * Receives a piece of a binary message as it arrives, if {@link #wantsFragments}. A piece need
   * not be a frame. {@code maxFrameBytes} applies, {@code maxMessageBytes} does not.
   */
  default void onFragment(ByteBuf view, boolean last) {}

  /** Receives a ping; the pong was sent already. */
  default void onPing(ByteBuf view) {}

  /** Receives a pong, solicited or not. */
  default void onPong(ByteBuf view) {}

  /**
   * Called at most once when the connection is about to end: the peer sent its close frame,
   * violated the protocol or ended its side of the stream (a client's only), or {@link
   * WebSocket#closeWhenDone} was called. Nothing more is delivered, but the connection is still
   * open: a listener that hands messages to other threads can send their answers before it runs
   * {@code end}.
   *
   * @param end sends our close frame and ends the connection; must be run on the event loop. Runs
   *     automatically after {@code closeTimeout}; running it again does nothing
   */
  default void onEnding(Runnable end) {
    end.run();
  }

  /**
   * Called exactly once, last, when the connection has ended.
   *
   * @param code the peer's code, or the one the connection was failed with; 1005 if the peer gave
   *     none, 1006 if the socket ended without a close frame
   * @param reason the peer's or our reason; may be empty
   * @param clean whether both sides sent a close frame
   */
  default void onClose(int code, String reason, boolean clean) {}

  /**
   * Called when a message of this size would exceed {@code maxPendingBytes}. Must not send.
   *
   * @return what to do with the message
   */
  default Overflow onOverflow(int bytes) {
    return Overflow.CLOSE;
  }

  /**
   * Called when the send buffer has drained enough to send again, after an overflow or after {@link
   * WebSocket#pendingBytes} reached half its limit.
   */
  default void onWritable() {}
}
