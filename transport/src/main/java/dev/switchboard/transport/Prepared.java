package dev.switchboard.transport;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A message framed once, to be sent to many connections on any loops. Thread-safe. It is made with
 * one reference, which the maker releases after the last {@link WebSocket#sendPrepared}.
 */
public final class Prepared {
  private final int opcode;
  private final int headerBytes;
  private final ByteBuf frame;
  private final AtomicInteger references = new AtomicInteger(1);

  /** The same message compressed, this one if that is no shorter, null if nobody asked yet. */
  private volatile @Nullable Prepared compressed;

  /**
   * Made by the transport.
   *
   * @param opcode 1 or 2
   * @param headerBytes where the payload starts in the frame
   * @param frame the whole frame, unmasked, from index 0 on; taken over
   */
  public Prepared(int opcode, int headerBytes, ByteBuf frame) {
    this.opcode = opcode;
    this.headerBytes = headerBytes;
    this.frame = frame;
  }

  /** Length of the payload in bytes. */
  public int payloadBytes() {
    return frame.writerIndex() - headerBytes;
  }

  /** Takes one more reference. */
  public Prepared retain() {
    if (references.getAndIncrement() <= 0) {
      references.decrementAndGet();
      throw new IllegalStateException("message: given back (expected: still referred to)");
    }
    return this;
  }

  /** Gives a reference back; the last one frees the bytes. */
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
   * For the transport: this message compressed, made once for all connections; this message if that
   * is no shorter. It lives as long as this one.
   *
   * @param compressor makes a shorter message of this one, or returns it as it is if it can't
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

  /** For the transport: the unmasked frame. Its indices must not be moved. */
  public ByteBuf frame() {
    return frame;
  }

  /** For the transport: where the payload starts in {@link #frame}. */
  public int headerBytes() {
    return headerBytes;
  }

  /** For the transport: 1 or 2. */
  public int opcode() {
    return opcode;
  }
}
