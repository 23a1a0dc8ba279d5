package dev.switchboard.server;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.PreparedMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A whole message of a raw connection where it arrived, not copied. Valid until the handler that
 * got it returns, confined to that handler's thread; afterwards every method but {@link #toString}
 * throws {@link IllegalStateException}.
 */
public final class RawView {
  private final boolean text;
  private @Nullable ByteBuf content; // null when the handler has returned

  RawView(boolean text, ByteBuf content) {
    this.text = text;
    this.content = content;
  }

  /** Whether it is text; else it is binary. */
  public boolean isText() {
    return text;
  }

  /** Its length in bytes. */
  public int length() {
    return content().readableBytes();
  }

  /** Its bytes, read-only and not copied; of text, checked UTF-8. */
  public ByteBuffer bytes() {
    return content().nioBuffer().asReadOnlyBuffer();
  }

  /** A copy of its bytes. */
  public byte[] copy() {
    return ByteBufUtil.getBytes(content());
  }

  /** A copy of it, decoded as UTF-8. */
  public String string() {
    return content().toString(StandardCharsets.UTF_8);
  }

  // What follows is for this package.

  ByteBuf content() {
    ByteBuf present = content;
    if (present == null) {
      throw new IllegalStateException(
          "view: its handler has returned (expected: used within the call, copied to be kept)");
    }
    return present;
  }

  /** The same message, framed for many. */
  Prepared prepared() {
    return text ? PreparedMessages.text(content()) : PreparedMessages.binary(content());
  }

  /** The handler has returned. */
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
