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
 * What the connections of one event loop share, so that an idle one owns next to nothing: the
 * buffer that is read into, the one replies are collected in, the list of those with something to
 * write at the end of the turn, and the sweep for deadlines. Confined to its loop.
 */
public final class LoopState {
  /** Of the buffer read into, and of the one that collects the replies of one read. */
  static final int SHARED_BYTES = 64 << 10;

  private static final int SPARE_INFLATERS = 16;

  // Both buffers live as long as the loop, so leak tracking would only cost.
  private static final UnpooledByteBufAllocator MEMORY = new UnpooledByteBufAllocator(true, true);

  private static final FastThreadLocal<LoopState> CURRENT =
      new FastThreadLocal<>() {
        @Override
        protected void onRemoval(@Nullable LoopState state) {
          if (state != null) { // null if the thread only asked whether it had one
            state.free();
          }
        }
      };

  /** The loop. */
  public final EventLoop loop;

  /** Of all connections of the loop. */
  public final Sweeper sweeper;

  /** For the keys of handshakes; to be reset before use. */
  public final MessageDigest sha1;

  /** Of the requests that came lately. */
  public final RecentStrings recent = new RecentStrings();

  private @Nullable ByteBuf receive;
  private @Nullable ByteBuf gather;
  private final ArrayDeque<SendBuffer> dirty = new ArrayDeque<>();
  private final ArrayDeque<WriteBatch> spare = new ArrayDeque<>();
  private final Batch batch = new Batch();
  private final @Nullable Deflater[] deflaters = new Deflater[10];
  private final ArrayDeque<Inflater> inflaters = new ArrayDeque<>();
  private final Runnable endOfTurn = this::drain;
  private boolean scheduled; // whether dirty is drained at the end of this turn, or just now
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

  /** The state of the loop this thread is. */
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

  /** The state of the loop this thread is, if it has one already. */
  static @Nullable LoopState current() {
    return CURRENT.get();
  }

  /**
   * The buffer to read into next, empty, with a reference for the reader. One that somebody kept is
   * left to them.
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

  /** Lends the buffer replies are collected in, to one connection at a time; null if it is out. */
  @Nullable ByteBuf borrowGather() {
    ByteBuf buffer = gather == null ? MEMORY.directBuffer(SHARED_BYTES, SHARED_BYTES) : gather;
    boolean free = buffer.refCnt() == 1;
    gather = buffer;
    return free ? buffer.clear().retain() : null;
  }

  @SuppressWarnings("ReferenceEquality") // the very buffer, not one with equal bytes
  boolean isGather(ByteBuf buffer) {
    return buffer == gather;
  }

  /** Has an outbox drained at the end of this turn of the loop. */
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

  /** Says whose read is going on, or nobody's: that outbox is drained when the read is over. */
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
   * Used while outboxes are drained one after another: what many of them send alike is put together
   * once.
   */
  Batch batch() {
    return batch;
  }

  /** A deflater of that level, to be left as new; for one message at a time. */
  public Deflater deflater(int level) {
    Deflater deflater = deflaters[level];
    if (deflater == null) {
      deflater = new Deflater(level, true);
      deflaters[level] = deflater;
    }
    return deflater;
  }

  /** An inflater for the length of one message. */
  public Inflater borrowInflater() {
    Inflater inflater = inflaters.poll();
    return inflater == null ? new Inflater(true) : inflater;
  }

  /** After the message. */
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
