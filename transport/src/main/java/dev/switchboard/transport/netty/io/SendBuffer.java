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
 * What one connection has to write. Frames are put together in one buffer and leave in one write
 * when the read that caused them, or the loop's turn, is over; or later, where messages are to wait
 * for each other. Confined to its loop.
 *
 * <p>A send may have to write what is before it, but it tells nobody: whoever sends would be called
 * back in the middle of its own work. What there is to tell is told when the read or the turn is
 * over ({@link #drain}), or when Netty has written what waited.
 *
 * <p><b>States.</b> It is <em>clean</em> while nothing was sent since the last write, and
 * <em>dirty</em> while a batch is being filled. Whoever makes it dirty sees to it that it is
 * drained: inside the connection's own read, {@link #afterRead} does; else it is listed for the end
 * of the turn, or, where messages wait for each other, the {@link Holdback} lists it in time. After
 * {@link #close} what is sent is still collected, since senders need not ask, but dropped where it
 * would be written.
 *
 * <p><b>Why they hold.</b> Bytes are counted twice only: {@code sent} when they are put in, and
 * {@code written} by the writer when the kernel has them. Both only grow, and bytes leave in the
 * order they came in, so a place between them says all there is to know of a message: it is with
 * the kernel when {@code written} has passed the place that {@code sent} had after it. What waits
 * is their difference, and those who wait are in the order of their places. A batch is taken out
 * before it is written, so whatever is sent meanwhile begins a new one behind it.
 */
public final class SendBuffer implements SocketWriter.Owner {
  private static final int SMALL_BUFFER = 1 << 10;

  /** Told what the writer can't decide. */
  public interface Owner {
    /** The socket is broken, or something could not be sent: going on would leave a hole. */
    void writeFailed(Throwable cause);

    /** Somebody who waited failed when told. */
    void broken(Throwable cause);

    /** Bytes that waited were written. Never called inside a send, so it may send. */
    void progressed();
  }

  private record Waiter(long until, Consumer<@Nullable Throwable> done) {}

  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final Owner owner;
  private final SocketWriter writer;
  private final @Nullable Holdback holdback;

  /** What was sent and not given to the writer; null if it is clean. */
  private @Nullable WriteBatch writeBatch;

  /** The buffer at the end of the batch that {@link #room} may fill further; null for none. */
  private @Nullable ByteBuf tail;

  /** Whether it is drained at the end of the loop's turn anyway. */
  private boolean listed;

  /** Whether a write is up the stack: what the writer reports meanwhile, the drain tells. */
  private boolean writing;

  /** Whether something was written inside a send, and nobody was told of it yet. */
  private boolean owing;

  /** How many bytes were sent since the beginning. */
  private long sent;

  /** Those who wait for a place to be written, in order; null for nobody. */
  private @Nullable ArrayDeque<Waiter> waiters;

  /** Whether what is sent is dropped; never taken back. */
  private boolean closed;

  /**
   * For one connection.
   *
   * @param plain whether the channel's bytes are the socket's
   * @param batching whether messages wait for each other, or null for no
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

  /** Bytes sent but not yet with the kernel. */
  public long pending() {
    return sent - writer.written();
  }

  /** Sends bytes as they are; takes over the buffer. */
  public void raw(ByteBuf bytes) {
    sent += bytes.readableBytes();
    dirty().add(bytes);
    tail = null;
  }

  /** Sends a prepared frame as it is, which is retained as long as needed. */
  public void prepared(Prepared form) {
    dirty().add(form.retain());
    tail = null;
    sent += form.frame().readableBytes();
  }

  /** Whether what is sent is dropped. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Calls back when everything sent so far is with the kernel, or never will be; at once if that is
   * so already.
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

  /** As {@link #whenWritten}, for somebody who waited before: a failure is the owner's to know. */
  public void tellWhenWritten(Consumer<@Nullable Throwable> done) {
    if (!closed && sent == writer.written()) {
      tell(done, null);
    } else {
      whenWritten(done);
    }
  }

  /**
   * After the connection's own read: writes at once what only concerns it, and leaves to the end of
   * the turn what others may send alike.
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

  /** Writes everything and tells those who wait for it. Never inside a send. */
  public void drain() {
    listed = false;
    write();
    tell();
  }

  /** Makes room inside a send: writes everything, and leaves it to the end of the turn to tell. */
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
    } catch (Throwable unwritten) { // no memory: half of it may be out, and others wait their turn
      owner.writeFailed(unwritten);
    } finally {
      writing = false;
      state.giveBack(now);
    }
  }

  /** Drops what waits and takes nothing more. */
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

  /** What one of those who wait does must not keep the others, of any connection, from theirs. */
  public void tell(Consumer<@Nullable Throwable> done, @Nullable Throwable failure) {
    try {
      done.accept(failure);
    } catch (Throwable thrown) {
      owner.broken(thrown);
    }
  }

  /** So many bytes were written into what {@link #room} gave. */
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

  /** A message was added, which may be made to wait for others. */
  public void held() {
    if (holdback != null && !closed && holdback.add()) {
      list();
    }
  }

  /** What was added must not wait for others. */
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

  /** The buffer being filled, with room for so many bytes more. */
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
   * Tells those who wait for what is written now. They may send, so nothing may be half done here.
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
