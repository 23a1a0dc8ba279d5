package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Several prepared messages joined in one buffer, kept for the next connection that sends exactly
 * the same ones, such as the other members of a room. Confined to its loop.
 */
final class Batch {
  /** Longer batches are written part by part. */
  static final int MAX_BYTES = 256 << 10;

  /** The messages that {@code joined} is made of. */
  private Object[] parts = new Object[8];

  /** The number of {@code parts} in use. */
  private int count;

  /** The joined bytes; null if there are none. */
  private @Nullable ByteBuf joined;

  /** Returns the parts in one buffer. The batch keeps the buffer; its indices must not be moved. */
  ByteBuf join(WriteBatch writeBatch) {
    ByteBuf ready = joined;
    if (ready != null && writeBatch.same(parts, count)) {
      return ready;
    }
    release();
    ByteBuf buffer = UnpooledByteBufAllocator.DEFAULT.directBuffer((int) writeBatch.bytes());
    for (int i = 0; i < writeBatch.size(); i++) {
      ByteBuf part = writeBatch.buffer(i);
      buffer.writeBytes(part, part.readerIndex(), part.readableBytes());
    }
    parts = writeBatch.copyParts(parts);
    count = writeBatch.size();
    joined = buffer;
    return buffer;
  }

  void release() {
    if (joined != null) {
      joined.release();
      joined = null;
      java.util.Arrays.fill(parts, 0, count, null);
      count = 0;
    }
  }
}
