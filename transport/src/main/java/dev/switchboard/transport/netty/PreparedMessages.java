package dev.switchboard.transport.netty;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.frames.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Frames messages once, to send them to many connections. Thread-safe. */
public final class PreparedMessages {
  private PreparedMessages() {}

  /**
   * Returns a text message. The bytes must be UTF-8, which is not checked. They are copied; the
   * caller keeps the buffer.
   */
  public static Prepared text(ByteBuf utf8) {
    return Frames.prepare(true, utf8);
  }

  /** Returns a text message. The bytes must be UTF-8, which is not checked. */
  public static Prepared text(byte[] utf8) {
    return text(Unpooled.wrappedBuffer(utf8));
  }

  /** Returns a binary message. The bytes are copied; the caller keeps the buffer. */
  public static Prepared binary(ByteBuf payload) {
    return Frames.prepare(false, payload);
  }

  /** Returns a binary message. */
  public static Prepared binary(byte[] payload) {
    return binary(Unpooled.wrappedBuffer(payload));
  }
}
