package dev.switchboard.server;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.PreparedMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A complete message of a raw connection, viewed where it was received, without copying. Valid
 * until the handler that got it returns, and confined to that handler's thread. Afterwards every
 * method except {@link #isText} and {@link #toString} throws {@link IllegalStateException}.
 */
public final class RawView {
  private final boolean text;
  private @Nullable ByteBuf content; // null once the handler has returned; handler's thread only

  RawView(boolean text, ByteBuf content) {
    this.text = text;
    this.content = content;
  }

  /** Returns whether the message is text; otherwise it is binary. */
  public boolean isText() {
    return text;
  }

  /** Returns the length in bytes. */
  public int length() {
    return content().readableBytes();
  }

  /** Returns the bytes, read-only and without copying. Those of text are valid UTF-8. */
  public ByteBuffer bytes() {
    return content().nioBuffer().asReadOnlyBuffer();
  }

  /** Returns a copy of the bytes. */
  public byte[] copy() {
    return ByteBufUtil.getBytes(content());
  }

  /** Returns the bytes decoded as UTF-8. */
  public String string() {
    return content().toString(StandardCharsets.UTF_8);
  }

  // Package-private from here on.

  /**
   * Returns the buffer, still owned by the caller of the handler.
   *
   * @throws IllegalStateException if the handler has returned
   */
  ByteBuf content() {
    ByteBuf present = content;
    if (present == null) {
      throw new IllegalStateException(
          "view: its handler has returned (expected: used within the call, copied to be kept)");
    }
    return present;
  }

  /** Returns the message framed for sending it to many connections. */
  Prepared prepared() {
    return text ? PreparedMessages.text(content()) : PreparedMessages.binary(content());
  }

  /** Invalidates the view. Called when the handler has returned. */
  void end() {
    content = null;
  }

  @Override
  public String toString() {
    ByteBuf present = content;
    return (text ? "text, " : "binary, ")
        + (present == null ? "over" : present.readableBytes() + " bytes");
  }
}
