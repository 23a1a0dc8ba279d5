package dev.switchboard.server.raw;

import io.netty.buffer.ByteBuf;

/**
 * Users' code of a raw endpoint, as its connections call it. Everything is called on the
 * connection's loop, and hands what may block to {@link RawConnection#hand}.
 */
public interface RawApplication {
  /** What users' code knows the connection as; asked once, before anything else. */
  Object peer(RawConnection connection);

  /** The connection is open, and has not brought anything. */
  void opened(RawConnection connection);

  /** A whole text message; the bytes are valid until this returns. */
  void text(RawConnection connection, ByteBuf content);

  /** A whole binary message; the bytes are valid until this returns. */
  void binary(RawConnection connection, ByteBuf content);

  /** A ping, which has been answered. */
  void ping(RawConnection connection, ByteBuf content);

  /** A pong. */
  void pong(RawConnection connection, ByteBuf content);

  /** Something that was handed over has failed. Called where it ran. */
  void failed(RawConnection connection, Throwable failure);

  /** The connection has ended. Called last. */
  void closed(RawConnection connection, int code, String reason, boolean clean);
}
