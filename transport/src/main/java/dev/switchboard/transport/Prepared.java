package dev.switchboard.transport;

import dev.switchboard.transport.internal.Frames;
import dev.switchboard.transport.internal.Opcode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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

  private Prepared(int opcode, ByteBuf payload) {
    this(opcode, 0, payload);
  }

  private Prepared(int opcode, int reserved, ByteBuf payload) {
    this.opcode = opcode;
    int length = payload.readableBytes();
    this.headerBytes = Frames.headerBytes(length, false);
    this.frame =
        UnpooledByteBufAllocator.DEFAULT.directBuffer(headerBytes + length, headerBytes + length);
    Frames.header(frame, Frames.FIN | reserved | opcode, length);
    frame.writeBytes(payload, payload.readerIndex(), length);
  }

  /**
   * A text message; the bytes must be UTF-8 and are not checked. The buffer is copied and stays the
   * caller's.
   */
  public static Prepared text(ByteBuf utf8) {
    return new Prepared(Opcode.TEXT, utf8);
  }

  /** A text message; the bytes must be UTF-8 and are not checked. */
  public static Prepared text(byte[] utf8) {
    return new Prepared(Opcode.TEXT, Unpooled.wrappedBuffer(utf8));
  }

  /** A binary message. The buffer is copied and stays the caller's. */
  public static Prepared binary(ByteBuf payload) {
    return new Prepared(Opcode.BINARY, payload);
  }

  /** A binary message. */
  public static Prepared binary(byte[] payload) {
    return new Prepared(Opcode.BINARY, Unpooled.wrappedBuffer(payload));
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
   * @param compressor makes the payload shorter, or null if it can't
   */
  public Prepared compressed(Function<ByteBuf, @Nullable ByteBuf> compressor) {
    Prepared known = compressed;
    if (known != null) {
      return known;
    }
    synchronized (this) {
      known = compressed;
      if (known == null) {
        known = squeeze(compressor);
        compressed = known;
      }
      return known;
    }
  }

  private Prepared squeeze(Function<ByteBuf, @Nullable ByteBuf> compressor) {
    ByteBuf shorter = compressor.apply(frame.slice(headerBytes, payloadBytes()));
    if (shorter == null) {
      return this;
    }
    try {
      return new Prepared(opcode, Frames.RSV1, shorter);
    } finally {
      shorter.release();
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
