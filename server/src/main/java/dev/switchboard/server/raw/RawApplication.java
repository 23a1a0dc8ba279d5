package dev.switchboard.server.raw;

import io.netty.buffer.ByteBuf;

/**
 * Users' code of a raw endpoint, as its connections call it. All methods are called on the
 * connection's loop, and pass work that may block to {@link RawConnection#hand}.
 */
public interface RawApplication {
  /**
   * Returns the object by which users' code knows the connection. Called once, before any other
   * method.
   */
  Object peer(RawConnection connection);

  /** Called when the connection has opened, before any of its messages. */
  void opened(RawConnection connection);

  /** A complete text message. The bytes are valid until this returns. */
  void text(RawConnection connection, ByteBuf content);

  /** A complete binary message. The bytes are valid until this returns. */
  void binary(RawConnection connection, ByteBuf content);

  /** A ping, which was already answered. */
  void ping(RawConnection connection, ByteBuf content);

  /** A pong. */
  void pong(RawConnection connection, ByteBuf content);

  /** A task passed to {@code hand} has failed. Called on the thread that ran it. */
  void failed(RawConnection connection, Throwable failure);

  /** The connection has ended. Called last. */
  void closed(RawConnection connection, int code, String reason, boolean clean);
}
