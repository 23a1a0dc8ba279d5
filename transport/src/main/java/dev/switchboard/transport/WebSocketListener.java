package dev.switchboard.transport;

import io.netty.buffer.ByteBuf;

/**
 * What one connection tells its user. All calls come on the connection's event loop, in order, one
 * at a time, and must not block. None but {@link #onOverflow} comes inside a call that sends; what
 * there is to tell then comes at the end of the loop's turn. Nothing is called after {@link
 * #onClose}. An exception from any of them is logged and closes this connection with 1011.
 *
 * <p>A {@code view} holds the payload between its reader and writer index and is valid only during
 * the call: copy what is kept, or take {@link ByteBuf#retainedSlice()} and release it soon.
 */
public interface WebSocketListener {
  /** A text message; the bytes are checked UTF-8. */
  default void onText(ByteBuf view) {}

  /** A binary message. */
  default void onBinary(ByteBuf view) {}

  /**
   * Whether binary messages are to be delivered piece by piece to {@link #onFragment}. Asked once,
   * before the first frame.
   */
  default boolean wantsFragments() {
    return false;
  }

  /**
   * A piece of a binary message, as it arrived, if {@link #wantsFragments}. A piece need not be a
   * frame. {@code maxMessageBytes} does not apply, {@code maxFrameBytes} does.
   */
  default void onFragment(ByteBuf view, boolean last) {}

  /** A ping came; the pong is sent already. */
  default void onPing(ByteBuf view) {}

  /** A pong came, asked for or not. */
  default void onPong(ByteBuf view) {}

  /**
   * The end has come: the peer sent its close frame, broke a rule, or ended its side of the stream
   * (a client's only), or {@link WebSocket#closeWhenDone} was called. Nothing more is delivered,
   * but the connection is still open: a listener that hands messages on to other threads can send
   * their answers before it runs {@code end}. Called at most once.
   *
   * @param end sends our close frame and ends the connection; to be run on the event loop. Runs by
   *     itself after {@code closeTimeout}; running it again does nothing
   */
  default void onEnding(Runnable end) {
    end.run();
  }

  /**
   * The connection has ended. Called exactly once, always, last.
   *
   * @param code the peer's, or the one it was failed with; 1005 if the peer gave none, 1006 if the
   *     socket just ended
   * @param reason the peer's or ours, may be empty
   * @param clean whether close frames went both ways
   */
  default void onClose(int code, String reason, boolean clean) {}

  /**
   * A message of so many bytes would exceed {@code maxPendingBytes}. Must not send.
   *
   * @return what to do with it
   */
  default Overflow onOverflow(int bytes) {
    return Overflow.CLOSE;
  }

  /**
   * What was waiting has been written so far that sending makes sense again; called after an
   * overflow, or after {@link WebSocket#pendingBytes} was half its bound or more.
   */
  default void onWritable() {}
}
