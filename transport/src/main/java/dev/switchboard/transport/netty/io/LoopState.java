package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of an event loop share, so that an idle connection owns almost nothing: the
 * receive buffer, the buffer that gathers replies, the list of connections with something to write
 * at the end of the turn, and the sweep for deadlines. Confined to its loop.
 */
public final class LoopState {
  /** Size of the receive buffer and of the buffer that gathers the replies of one read. */
  static final int SHARED_BYTES = 64 << 10;

  private static final int SPARE_INFLATERS = 16;

  // Both buffers live as long as the loop, so leak detection would be wasted.
  private static final UnpooledByteBufAllocator MEMORY = new UnpooledByteBufAllocator(true, true);

  private static final FastThreadLocal<LoopState> CURRENT =
      new FastThreadLocal<>() {
        @Override
        protected void onRemoval(@Nullable LoopState state) {
          if (state != null) { // null if the thread only checked
            state.free();
          }
        }
      };

  /** The event loop. */
  public final EventLoop loop;

  /** The sweeper of the loop's connections. */
  public final Sweeper sweeper;

  /** Computes {@code Sec-WebSocket-Accept}; must be reset before use. */
  public final MessageDigest sha1;

  /** Recent strings of requests. */
  public final RecentStrings recent = new RecentStrings();

  /** The receive buffer; null until the first read. */
  private @Nullable ByteBuf receive;

  /** The buffer that gathers replies; null until first needed. */
  private @Nullable ByteBuf gather;

  private final ArrayDeque<SendBuffer> dirty = new ArrayDeque<>();
  private final ArrayDeque<WriteBatch> spare = new ArrayDeque<>();
  private final Batch batch = new Batch();
  private final @Nullable Deflater[] deflaters = new Deflater[10];
  private final ArrayDeque<Inflater> inflaters = new ArrayDeque<>();
  private final Runnable endOfTurn = this::drain;
  private boolean scheduled; // whether dirty is, or is being, drained

  /** The send buffer of the connection being read; null between reads. */
  private @Nullable SendBuffer reading;

  private LoopState(EventLoop loop) {
    this.loop = loop;
    this.sweeper = new Sweeper(loop);
    try {
      this.sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1: not in this JDK (expected: every JDK has it)", e);
    }
  }

  /** Returns the state of the loop that runs on this thread. */
  public static LoopState of(EventLoop loop) {
    LoopState state = CURRENT.get();
    if (state == null) {
      if (!loop.inEventLoop()) {
        throw new IllegalStateException(
            "thread: "
                + Thread.currentThread().getName()
                + " (expected: the connection's event loop)");
      }
      state = new LoopState(loop);
      CURRENT.set(state);
    }
    return state;
  }

  /** Returns the state of the loop that runs on this thread, or null if it has none yet. */
  static @Nullable LoopState current() {
    return CURRENT.get();
  }

  /**
   * Returns the buffer for the next read, empty, with a reference for the reader. If somebody kept
   * a reference to the last one, it is left to them and a new one is made.
   */
  ByteBuf receiveBuffer() {
    ByteBuf buffer = receive;
    if (buffer == null || buffer.refCnt() != 1) {
      if (buffer != null) {
        buffer.release();
      }
      buffer = MEMORY.directBuffer(SHARED_BYTES, SHARED_BYTES);
      receive = buffer;
    }
    return buffer.clear().retain();
  }

  /** Lends the gather buffer to one connection at a time; returns null if it is lent already. */
  @Nullable ByteBuf borrowGather() {
    ByteBuf buffer = gather == null ? MEMORY.directBuffer(SHARED_BYTES, SHARED_BYTES) : gather;
    boolean free = buffer.refCnt() == 1;
    gather = buffer;
    return free ? buffer.clear().retain() : null;
  }

  @SuppressWarnings("ReferenceEquality") // the same buffer, not equal bytes
  boolean isGather(ByteBuf buffer) {
    return buffer == gather;
  }

  /** Drains a send buffer at the end of this turn of the loop. */
  void atEndOfTurn(SendBuffer sendBuffer) {
    if (!scheduled) {
      if (loop instanceof SingleThreadEventLoop single) {
        single.executeAfterEventLoopIteration(endOfTurn);
      } else {
        loop.execute(endOfTurn);
      }
      scheduled = true;
    }
    dirty.add(sendBuffer);
  }

  /**
   * Sets the send buffer of the connection that is being read, or null for none. It is drained when
   * the read is over.
   */
  public void reading(@Nullable SendBuffer sendBuffer) {
    reading = sendBuffer;
  }

  boolean isReading(SendBuffer sendBuffer) {
    return reading == sendBuffer;
  }

  WriteBatch borrowOutgoing() {
    WriteBatch writeBatch = spare.poll();
    return writeBatch == null ? new WriteBatch() : writeBatch;
  }

  void giveBack(WriteBatch writeBatch) {
    writeBatch.clear();
    if (spare.size() < 1024) {
      spare.add(writeBatch);
    }
  }

  /**
   * Returns the batch that is used while send buffers are drained one after another: messages that
   * many of them send are joined once.
   */
  Batch batch() {
    return batch;
  }

  /** Returns a deflater of a level. It serves one message at a time and must be reset after it. */
  public Deflater deflater(int level) {
    Deflater deflater = deflaters[level];
    if (deflater == null) {
      deflater = new Deflater(level, true);
      deflaters[level] = deflater;
    }
    return deflater;
  }

  /** Lends an inflater for one message. */
  public Inflater borrowInflater() {
    Inflater inflater = inflaters.poll();
    return inflater == null ? new Inflater(true) : inflater;
  }

  /** Takes an inflater back after its message. */
  public void giveBack(Inflater inflater) {
    if (inflaters.size() < SPARE_INFLATERS) {
      inflater.reset();
      inflaters.add(inflater);
    } else {
      inflater.end();
    }
  }

  private void drain() {
    try {
      for (SendBuffer sendBuffer = dirty.poll(); sendBuffer != null; sendBuffer = dirty.poll()) {
        sendBuffer.drain();
      }
    } finally {
      scheduled = false;
      batch.release();
    }
  }

  private void free() {
    if (receive != null) {
      receive.release();
      receive = null;
    }
    if (gather != null) {
      gather.release();
      gather = null;
    }
    batch.release();
    inflaters.forEach(Inflater::end);
    inflaters.clear();
    for (Deflater deflater : deflaters) {
      if (deflater != null) {
        deflater.end();
      }
    }
  }
}
