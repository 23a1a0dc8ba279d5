package dev.switchboard.transport.netty.io;

import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Prepared;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the frames that a connection sends in one buffer and writes them in one go at the end of
 * the read that caused them, or of the loop's turn; later if messages are held back. Confined to
 * its loop.
 *
 * <p>A send may have to write earlier bytes, but it calls nobody back, because the caller would be
 * interrupted in the middle of its own work. Callbacks run when the read or the turn is over
 * ({@link #drain}), or when Netty has written what was waiting.
 *
 * <p><b>States.</b> The buffer is <em>clean</em> if nothing was sent since the last write, and
 * <em>dirty</em> while a batch is being filled. Whatever makes it dirty ensures that it is drained:
 * inside the connection's own read {@link #afterRead} does it; otherwise it is listed for the end
 * of the turn or, if messages are held back, the {@link Holdback} lists it in time. After {@link
 * #close}, messages are still collected, since senders need not check, but dropped instead of
 * written.
 *
 * <p><b>Why they hold.</b> Bytes are counted at two points only: {@code sent} when they are added,
 * and {@code written} by the writer when the kernel has taken them. Both only grow, and bytes leave
 * in the order they came in, so a single position tells everything about a message: the kernel has
 * it once {@code written} has passed the value that {@code sent} had after it. Pending bytes are
 * the difference of the two, and waiters are in the order of their positions. A batch is removed
 * before it is written, so whatever is sent during the write starts a new batch behind it.
 */
public final class SendBuffer implements SocketWriter.Owner {
  private static final int SMALL_BUFFER = 1 << 10;

  /** Handles what the buffer can't decide. */
  public interface Owner {
    /**
     * Called when the socket is broken or something could not be sent, so that the connection can't
     * continue without a gap.
     */
    void writeFailed(Throwable cause);

    /** Called when a waiter's callback threw. */
    void broken(Throwable cause);

    /** Called when waiting bytes were written. Never called inside a send, so it may send. */
    void progressed();
  }

  private record Waiter(long until, Consumer<@Nullable Throwable> done) {}

  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final Owner owner;
  private final SocketWriter writer;
  private final @Nullable Holdback holdback;

  /** What was sent and not passed to the writer; null if the buffer is clean. */
  private @Nullable WriteBatch writeBatch;

  /** The buffer at the end of the batch that {@link #room} may continue to fill; null for none. */
  private @Nullable ByteBuf tail;

  /** Whether it will be drained at the end of the loop's turn. */
  private boolean listed;

  /** Whether a write is on the call stack; the drain then reports what was written. */
  private boolean writing;

  /** Whether something was written inside a send and not reported yet. */
  private boolean owing;

  /** The number of bytes sent since the beginning. */
  private long sent;

  /** Waiters for a position to be written, in order; null for none. */
  private @Nullable ArrayDeque<Waiter> waiters;

  /** Whether messages are dropped; never false again. */
  private boolean closed;

  /**
   * Creates the send buffer of a connection.
   *
   * @param plain whether the channel's bytes are the socket's, without TLS
   * @param batching how messages are held back, or null if they are not
   */
  public SendBuffer(
      LoopState state,
      ChannelHandlerContext ctx,
      Owner owner,
      boolean plain,
      @Nullable Batching batching) {
    this.state = state;
    this.ctx = ctx;
    this.owner = owner;
    this.writer = new SocketWriter(state, ctx, this, plain);
    this.holdback = batching == null ? null : new Holdback(batching, state.loop, this::drain);
  }

  /** Returns the number of bytes sent that the kernel has not taken. */
  public long pending() {
    return sent - writer.written();
  }

  /** Sends bytes as they are. Takes over the buffer. */
  public void raw(ByteBuf bytes) {
    sent += bytes.readableBytes();
    dirty().add(bytes);
    tail = null;
  }

  /** Sends a prepared frame as it is. The frame is retained as long as needed. */
  public void prepared(Prepared form) {
    dirty().add(form.retain());
    tail = null;
    sent += form.frame().readableBytes();
  }

  /** Whether messages are dropped. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Calls back when the kernel has taken everything sent so far, or never will; immediately if that
   * is known.
   */
  public void whenWritten(Consumer<@Nullable Throwable> done) {
    if (closed) {
      done.accept(new ClosedChannelException());
    } else if (sent == writer.written()) {
      done.accept(null);
    } else {
      if (waiters == null) {
        waiters = new ArrayDeque<>(2);
      }
      waiters.add(new Waiter(sent, done));
    }
  }

  /**
   * Like {@link #whenWritten}, for somebody who has waited elsewhere: an exception thrown by the
   * callback is reported to the owner.
   */
  public void tellWhenWritten(Consumer<@Nullable Throwable> done) {
    if (!closed && sent == writer.written()) {
      tell(done, null);
    } else {
      whenWritten(done);
    }
  }

  /**
   * Ends the connection's own read. Writes at once what concerns only this connection, and leaves
   * until the end of the turn what others may send as well.
   */
  public void afterRead() {
    if (listed) {
      return;
    }
    WriteBatch now = writeBatch;
    if (now == null || holdback != null) {
      if (owing) {
        tell();
      }
    } else if (now.shared()) {
      list();
    } else {
      drain();
    }
  }

  /** Writes everything and calls back the waiters. Never called inside a send. */
  public void drain() {
    listed = false;
    write();
    tell();
  }

  /**
   * Makes room inside a send: writes everything, and leaves the callbacks until the end of the
   * turn.
   */
  public void makeRoom() {
    write();
    owing = true;
    if (!state.isReading(this)) {
      list();
    }
  }

  private void write() {
    WriteBatch now = writeBatch;
    if (now == null) {
      return;
    }
    writeBatch = null;
    tail = null;
    if (holdback != null) {
      holdback.over();
    }
    writing = true;
    try {
      if (!closed) {
        writer.write(now, sent - now.bytes());
      }
    } catch (Throwable unwritten) { // out of memory: part may be sent, and others wait
      owner.writeFailed(unwritten);
    } finally {
      writing = false;
      state.giveBack(now);
    }
  }

  /** Drops what is waiting, and everything that is sent later. */
  public void close(Throwable cause) {
    if (closed) {
      return;
    }
    closed = true;
    if (holdback != null) {
      holdback.over();
    }
    WriteBatch now = writeBatch;
    if (now != null) {
      writeBatch = null;
      tail = null;
      state.giveBack(now);
    }
    ArrayDeque<Waiter> left = waiters;
    waiters = null;
    if (left != null) {
      left.forEach(waiter -> tell(waiter.done, cause));
    }
  }

  /**
   * Calls a waiter back. An exception must not keep other waiters, of any connection, from being
   * called.
   */
  public void tell(Consumer<@Nullable Throwable> done, @Nullable Throwable failure) {
    try {
      done.accept(failure);
    } catch (Throwable thrown) {
      owner.broken(thrown);
    }
  }

  /** Counts bytes that were written into the buffer from {@link #room}. */
  public void grew(int bytes) {
    sent += bytes;
    if (writeBatch != null) {
      writeBatch.grew(bytes);
    }
  }

  private WriteBatch dirty() {
    WriteBatch now = writeBatch;
    if (now == null) {
      now = state.borrowOutgoing();
      writeBatch = now;
      if (holdback == null && !state.isReading(this)) {
        list();
      }
    }
    return now;
  }

  /** Notes that a message was added, which may be held back. */
  public void held() {
    if (holdback != null && !closed && holdback.add()) {
      list();
    }
  }

  /** Notes that something was added that must not be held back. */
  public void soon() {
    if (holdback != null && !closed) {
      list();
    }
  }

  private void list() {
    if (!listed) {
      listed = true;
      state.atEndOfTurn(this);
    }
  }

  /** Returns the buffer being filled, with room for this many more bytes. */
  public ByteBuf room(int bytes) {
    ByteBuf last = tail;
    if (last != null && last.writableBytes() >= bytes) {
      return last;
    }
    if (last != null && state.isGather(last)) {
      makeRoom();
    }
    ByteBuf fresh =
        holdback == null && writer.straight() && bytes <= LoopState.SHARED_BYTES
            ? state.borrowGather()
            : null;
    if (fresh == null) {
      fresh = ctx.alloc().directBuffer(Math.max(bytes, SMALL_BUFFER));
    }
    dirty().add(fresh);
    tail = fresh;
    return fresh;
  }

  @Override
  public void writeFailed(Throwable cause) {
    owner.writeFailed(cause);
  }

  @Override
  public void written() {
    if (!writing) {
      tell();
    }
  }

  /**
   * Calls back the waiters whose bytes are written. They may send, so the state must be consistent
   * here.
   */
  private void tell() {
    owing = false;
    ArrayDeque<Waiter> waiting = waiters;
    if (waiting != null) {
      for (Waiter next = waiting.peek();
          next != null && next.until <= writer.written();
          next = waiting.peek()) {
        waiting.poll();
        tell(next.done, null);
      }
      if (waiting.isEmpty()) {
        waiters = null;
      }
    }
    owner.progressed();
  }
}
