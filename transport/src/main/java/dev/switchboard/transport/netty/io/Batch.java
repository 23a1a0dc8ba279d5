package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Several prepared messages put together, kept for the next connection that is to send the very
 * same ones: the members of a room. Confined to its loop.
 */
final class Batch {
  /** Longer runs are written part by part. */
  static final int MAX_BYTES = 256 << 10;

  private Object[] parts = new Object[8];
  private int count;
  private @Nullable ByteBuf joined;

  /** The parts in one buffer, whose indices must not be moved and which stays this one's. */
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
