package dev.switchboard.transport;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A message framed once and sent to many connections, on any event loops. Thread-safe.
 * Reference-counted: the creator holds the first reference and releases it after the last {@link
 * WebSocket#sendPrepared}.
 */
public final class Prepared {
  private final int opcode;
  private final int headerBytes;
  private final ByteBuf frame;
  private final AtomicInteger references = new AtomicInteger(1);

  /**
   * The compressed form; this message if compression does not shorten it; null until it is first
   * requested.
   */
  private volatile @Nullable Prepared compressed;

  /**
   * Called by the transport.
   *
   * @param opcode 1 or 2
   * @param headerBytes where the payload starts in the frame
   * @param frame the whole unmasked frame, from index 0; ownership passes to this message
   */
  public Prepared(int opcode, int headerBytes, ByteBuf frame) {
    this.opcode = opcode;
    this.headerBytes = headerBytes;
    this.frame = frame;
  }

  /** Returns the length of the payload in bytes. */
  public int payloadBytes() {
    return frame.writerIndex() - headerBytes;
  }

  /** Adds a reference. */
  public Prepared retain() {
    if (references.getAndIncrement() <= 0) {
      references.decrementAndGet();
      throw new IllegalStateException("message: given back (expected: still referred to)");
    }
    return this;
  }

  /** Drops a reference; dropping the last frees the bytes. */
  public void release() {
    if (references.decrementAndGet() == 0) {
      frame.release();
      Prepared other = compressed;
      if (other != null && other != this) {
        other.release();
      }
    }
  }

  /**
   * For the transport: returns this message in compressed form, made once for all connections, or
   * this message if compression does not shorten it. The result lives as long as this message.
   *
   * @param compressor returns a shorter message, or its argument if there is none
   */
  public Prepared compressed(UnaryOperator<Prepared> compressor) {
    Prepared known = compressed;
    if (known != null) {
      return known;
    }
    synchronized (this) {
      known = compressed;
      if (known == null) {
        known = compressor.apply(this);
        compressed = known;
      }
      return known;
    }
  }

  /** For the transport: returns the unmasked frame. Its indices must not be moved. */
  public ByteBuf frame() {
    return frame;
  }

  /** For the transport: returns where the payload starts in {@link #frame}. */
  public int headerBytes() {
    return headerBytes;
  }

  /** For the transport: returns the opcode, 1 or 2. */
  public int opcode() {
    return opcode;
  }
}
