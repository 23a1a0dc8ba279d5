package dev.switchboard.transport.internal;

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
 */
final class Outbox implements SocketWriter.Owner {
  /**
   * Payloads up to this length are copied behind their header; longer ones are written from where
   * they are.
   */
  private static final int COPIED = 32 << 10;

  private static final int SMALL_BUFFER = 1 << 10;

  /** Told what the writer can't decide. */
  interface Owner {
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
  private final @Nullable MaskSource masks;
  private final @Nullable Compressor compressor;
  private final @Nullable Holdback holdback;

  private @Nullable Outgoing outgoing;
  private @Nullable ByteBuf tail;
  private boolean listed;
  private boolean writing; // what the writer reports meanwhile is told by whoever drains
  private boolean owing; // something was written inside a send, and nobody told
  private long sent;
  private @Nullable ArrayDeque<Waiter> waiters;
  private @Nullable Behind behind;
  private boolean closed;

  Outbox(
      LoopState state,
      ChannelHandlerContext ctx,
      Owner owner,
      boolean plain,
      @Nullable MaskSource masks,
      @Nullable Compressor compressor,
      @Nullable Batching batching) {
    this.state = state;
    this.ctx = ctx;
    this.owner = owner;
    this.writer = new SocketWriter(state, ctx, this, plain);
    this.masks = masks;
    this.compressor = compressor;
    this.holdback = batching == null ? null : new Holdback(batching, state.loop, this::drain);
  }

  /** Bytes sent but not yet with the kernel. */
  long pending() {
    Behind wait = behind;
    return sent - writer.written() + (wait == null ? 0 : wait.bytes());
  }

  /** Sends bytes as they are; takes over the buffer. */
  void raw(ByteBuf bytes) {
    part(bytes);
  }

  /**
   * Sends a control frame, ahead of nothing but behind no unfinished message; takes over the
   * buffer.
   */
  void control(int opcode, ByteBuf payload) {
    frame(Frames.FIN | opcode, payload);
    soon();
  }

  /**
   * Sends a whole message, after the one being sent in fragments if there is one; takes over the
   * buffer.
   */
  void message(int opcode, ByteBuf payload) {
    Behind wait = behind;
    if (wait == null) {
      compressed(Frames.FIN | opcode, payload);
      held();
    } else {
      wait.add(opcode, payload.slice()); // the indices of a view are set back after the call
    }
  }

  private void compressed(int first, ByteBuf payload) {
    Compressor squeezing = compressing(payload.readableBytes());
    if (squeezing == null || closed) {
      frame(first, payload);
      return;
    }
    ByteBuf shorter;
    try {
      shorter = squeezing.compress(payload, ctx.alloc());
    } catch (RuntimeException | Error noMemory) {
      payload.release();
      owner.writeFailed(noMemory);
      return;
    }
    if (shorter == null) {
      frame(first, payload);
    } else {
      payload.release();
      frame(first | Frames.RSV1, shorter);
    }
  }

  private @Nullable Compressor compressing(int length) {
    return compressor != null && compressor.wants(length) ? compressor : null;
  }

  /** Sends a prepared message, masked anew if this is a client. */
  void message(Prepared message) {
    Compressor squeezing = compressing(message.payloadBytes());
    if (masks != null || behind != null || (squeezing != null && !squeezing.shares())) {
      int start = message.frame().readerIndex() + message.headerBytes();
      message(message.opcode(), message.frame().retainedSlice(start, message.payloadBytes()));
    } else if (!closed) {
      Prepared form;
      try {
        form = squeezing == null ? message : squeezing.shared(message);
      } catch (RuntimeException | Error noMemory) {
        owner.writeFailed(noMemory); // not the sender's matter, who sends to others too
        return;
      }
      dirty().add(form.retain());
      tail = null;
      sent += form.frame().readableBytes();
      held();
    }
  }

  /** Refuses a fragment of another kind than the message it would continue. */
  void checkFragment(boolean text) {
    Behind open = behind;
    if (open != null && open.text() != text) {
      throw new IllegalStateException(
          "fragment: "
              + (text ? "text" : "binary")
              + " (expected: the kind the message began with)");
    }
  }

  /** Sends a piece of a message; other messages wait until the last one. Takes over the buffer. */
  void fragment(boolean text, ByteBuf piece, boolean last) {
    int kind = text ? Opcode.TEXT : Opcode.BINARY;
    Behind open = behind;
    if (open == null && last) {
      compressed(Frames.FIN | kind, piece);
    } else if (open == null) {
      boolean squeezed = first(kind, piece);
      behind = closed ? null : new Behind(text, squeezed);
    } else {
      next(open, piece, last);
    }
    soon();
    if (last && open != null) {
      behind = null;
      open.forEach(this::message);
    }
  }

  /** Sends a first fragment, which alone says that the message is compressed; whether it is. */
  private boolean first(int kind, ByteBuf piece) {
    Compressor squeezing = closed ? null : compressing(piece.readableBytes());
    ByteBuf shorter = null;
    if (squeezing != null) {
      try {
        shorter = squeezing.begin(piece, ctx.alloc());
      } catch (RuntimeException | Error noMemory) {
        piece.release();
        owner.writeFailed(noMemory);
        return false;
      }
    }
    if (shorter == null) {
      frame(kind, piece);
    } else {
      piece.release();
      frame(kind | Frames.RSV1, shorter);
    }
    return shorter != null;
  }

  private void next(Behind open, ByteBuf piece, boolean last) {
    int head = Opcode.CONTINUATION | (last ? Frames.FIN : 0);
    if (!open.compressed() || compressor == null || closed) {
      frame(head, piece);
      return;
    }
    ByteBuf shorter;
    try {
      shorter = compressor.next(piece, last, ctx.alloc());
    } catch (RuntimeException | Error noMemory) {
      owner.writeFailed(noMemory);
      return;
    } finally {
      piece.release();
    }
    frame(head, shorter);
  }

  private void frame(int first, ByteBuf payload) {
    int length = payload.readableBytes();
    if (closed) {
      payload.release();
      return;
    }
    boolean copied = length <= COPIED || masks != null || !payload.isDirect();
    ByteBuf out;
    try {
      out = room(Frames.headerBytes(length, masks != null) + (copied ? length : 0));
    } catch (RuntimeException | Error noMemory) {
      payload.release();
      owner.writeFailed(noMemory);
      return;
    }
    int before = out.writerIndex();
    if (masks != null) {
      int key = masks.next();
      Frames.maskedHeader(out, first, length, key);
      out.writeBytes(payload, payload.readerIndex(), length);
      Masking.apply(out, out.writerIndex() - length, length, key);
    } else {
      Frames.header(out, first, length);
      if (copied) {
        out.writeBytes(payload, payload.readerIndex(), length);
      }
    }
    grew(out.writerIndex() - before);
    if (copied) {
      payload.release();
    } else {
      part(payload.slice()); // the indices of a view are set back after the call
    }
  }

  /**
   * Calls back when everything sent so far is with the kernel, or never will be; at once if that is
   * so already.
   */
  void whenWritten(Consumer<@Nullable Throwable> done) {
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
   * After the connection's own read: writes at once what only concerns it, and leaves to the end of
   * the turn what others may send alike.
   */
  void afterRead() {
    if (listed) {
      return;
    }
    Outgoing now = outgoing;
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
  void drain() {
    listed = false;
    write();
    tell();
  }

  /** Makes room inside a send: writes everything, and leaves it to the end of the turn to tell. */
  void makeRoom() {
    write();
    owing = true;
    if (!state.isReading(this)) {
      list();
    }
  }

  private void write() {
    Outgoing now = outgoing;
    if (now == null) {
      return;
    }
    outgoing = null;
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
  void close(Throwable cause) {
    if (closed) {
      return;
    }
    closed = true;
    if (holdback != null) {
      holdback.over();
    }
    if (compressor != null) {
      compressor.close();
    }
    if (behind != null) {
      behind.release();
      behind = null;
    }
    Outgoing now = outgoing;
    if (now != null) {
      outgoing = null;
      tail = null;
      state.giveBack(now);
    }
    ArrayDeque<Waiter> left = waiters;
    waiters = null;
    if (left != null) {
      left.forEach(waiter -> tell(waiter, cause));
    }
  }

  /** What one of those who wait does must not keep the others, of any connection, from theirs. */
  private void tell(Waiter waiter, @Nullable Throwable failure) {
    try {
      waiter.done.accept(failure);
    } catch (Throwable thrown) {
      owner.broken(thrown);
    }
  }

  private void grew(int bytes) {
    sent += bytes;
    if (outgoing != null) {
      outgoing.grew(bytes);
    }
  }

  private void part(ByteBuf own) {
    sent += own.readableBytes();
    dirty().add(own);
    tail = null;
  }

  private Outgoing dirty() {
    Outgoing now = outgoing;
    if (now == null) {
      now = state.borrowOutgoing();
      outgoing = now;
      if (holdback == null && !state.isReading(this)) {
        list();
      }
    }
    return now;
  }

  /** A message was added, which may be made to wait for others. */
  private void held() {
    if (holdback != null && !closed && holdback.add()) {
      list();
    }
  }

  /** What was added must not wait for others. */
  private void soon() {
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
  private ByteBuf room(int bytes) {
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
        tell(next, null);
      }
      if (waiting.isEmpty()) {
        waiters = null;
      }
    }
    owner.progressed();
  }
}
