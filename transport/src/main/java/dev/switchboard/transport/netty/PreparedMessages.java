package dev.switchboard.transport.netty;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.frames.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Frames messages once, to be sent to many connections. Thread-safe. */
public final class PreparedMessages {
  private PreparedMessages() {}

  /**
   * A text message; the bytes must be UTF-8 and are not checked. The buffer is copied and stays the
   * caller's.
   */
  public static Prepared text(ByteBuf utf8) {
    return Frames.prepare(true, utf8);
  }

  /** A text message; the bytes must be UTF-8 and are not checked. */
  public static Prepared text(byte[] utf8) {
    return text(Unpooled.wrappedBuffer(utf8));
  }

  /** A binary message. The buffer is copied and stays the caller's. */
  public static Prepared binary(ByteBuf payload) {
    return Frames.prepare(false, payload);
  }

  /** A binary message. */
  public static Prepared binary(byte[] payload) {
    return binary(Unpooled.wrappedBuffer(payload));
  }
}
