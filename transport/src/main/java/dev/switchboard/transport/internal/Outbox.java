package dev.switchboard.transport.internal;

import dev.switchboard.transport.Prepared;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has to write. Frames are put together in one buffer and leave in one write
 * when the read that caused them, or the loop's turn, is over. Confined to its loop.
 *
 * <p>On epoll without TLS the bytes go straight to the socket; what it does not take, and
 * everything elsewhere, goes through Netty's outbound buffer. Either way {@code sent - written} is
 * what waits.
 */
final class Outbox {
  /**
   * Payloads up to this length are copied behind their header; longer ones are written from where
   * they are.
   */
  private static final int COPIED = 32 << 10;

  private static final int SMALL_BUFFER = 1 << 10;

  /** Told what the writer can't decide. */
  interface Owner {
    /** The socket is broken. */
    void writeFailed(Throwable cause);

    /** Bytes that waited were written. */
    void progressed();
  }

  private record Waiter(long until, Consumer<@Nullable Throwable> done) {}

  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final Owner owner;
  private final @Nullable Socket direct;
  private final @Nullable MaskSource masks;

  private @Nullable Outgoing outgoing;
  private @Nullable ByteBuf tail;
  private boolean listed;
  private long sent;
  private long written;
  private @Nullable ArrayDeque<Waiter> waiters;
  private @Nullable Behind behind;
  private boolean closed;

  Outbox(
      LoopState state,
      ChannelHandlerContext ctx,
      Owner owner,
      boolean plain,
      @Nullable MaskSource masks) {
    this.state = state;
    this.ctx = ctx;
    this.owner = owner;
    this.direct = plain ? DirectSocket.of(ctx.channel()) : null;
    this.masks = masks;
  }

  /** Bytes sent but not yet with the kernel. */
  long pending() {
    Behind wait = behind;
    return sent - written + (wait == null ? 0 : wait.bytes());
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
  }

  /**
   * Sends a whole message, after the one being sent in fragments if there is one; takes over the
   * buffer.
   */
  void message(int opcode, ByteBuf payload) {
    Behind wait = behind;
    if (wait == null) {
      frame(Frames.FIN | opcode, payload);
    } else {
      wait.add(opcode, payload);
    }
  }

  /** Sends a prepared message, masked anew if this is a client. */
  void message(Prepared message) {
    ByteBuf frame = message.frame();
    if (masks != null || behind != null) {
      int start = frame.readerIndex() + message.headerBytes();
      message(message.opcode(), frame.retainedSlice(start, message.payloadBytes()));
    } else if (!closed) {
      dirty().add(message.retain());
      tail = null;
      sent += frame.readableBytes();
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
    Behind open = behind;
    int opcode = open != null ? Opcode.CONTINUATION : text ? Opcode.TEXT : Opcode.BINARY;
    frame(opcode | (last ? Frames.FIN : 0), piece);
    if (!last && open == null && !closed) {
      behind = new Behind(text);
    } else if (last && open != null) {
      behind = null;
      open.forEach(this::message);
    }
  }

  private void frame(int first, ByteBuf payload) {
    int length = payload.readableBytes();
    if (closed) {
      payload.release();
      return;
    }
    boolean copied = length <= COPIED || masks != null || !payload.isDirect();
    ByteBuf out = room(Frames.headerBytes(length, masks != null) + (copied ? length : 0));
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
      part(payload);
    }
  }

  /** Calls back when everything sent so far is with the kernel, or never will be. */
  void whenWritten(Consumer<@Nullable Throwable> done) {
    if (closed) {
      done.accept(new ClosedChannelException());
    } else if (sent == written) {
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
    Outgoing now = outgoing;
    if (now == null || listed) {
      return;
    }
    if (now.shared()) {
      list();
    } else {
      drain();
    }
  }

  /** Writes everything. */
  void drain() {
    listed = false;
    Outgoing now = outgoing;
    if (now == null) {
      return;
    }
    outgoing = null;
    tail = null;
    Socket socket = direct;
    if (closed) {
      now.releaseAll();
    } else if (socket != null && written == sent - now.bytes()) {
      straight(socket, now);
    } else {
      throughNetty(now);
    }
    state.giveBack(now);
    settle();
  }

  /** Drops what waits and takes nothing more. */
  void close(Throwable cause) {
    if (closed) {
      return;
    }
    closed = true;
    if (behind != null) {
      behind.release();
      behind = null;
    }
    Outgoing now = outgoing;
    if (now != null) {
      outgoing = null;
      tail = null;
      now.releaseAll();
      state.giveBack(now);
    }
    ArrayDeque<Waiter> left = waiters;
    waiters = null;
    if (left != null) {
      left.forEach(waiter -> waiter.done.accept(cause));
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
      if (!state.isReading(this)) {
        list();
      }
    }
    return now;
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
      drain();
    }
    ByteBuf fresh = direct != null && bytes <= LoopState.SHARED_BYTES ? state.borrowGather() : null;
    if (fresh == null) {
      fresh = ctx.alloc().directBuffer(Math.max(bytes, SMALL_BUFFER));
    }
    dirty().add(fresh);
    tail = fresh;
    return fresh;
  }

  private void straight(Socket socket, Outgoing now) {
    int count = now.size();
    if (count > 1 && now.shared() && now.bytes() <= Batch.MAX_BYTES) {
      ByteBuf joined = state.batch().join(now);
      int done = send(socket, joined);
      now.releaseAll();
      if (done >= 0 && done < joined.readableBytes()) {
        netty(joined.retainedSlice(joined.readerIndex() + done, joined.readableBytes() - done));
        ctx.flush();
      }
      return;
    }
    int index = 0;
    int done = 0;
    for (; index < count; index++) {
      ByteBuf part = now.buffer(index);
      done = send(socket, part);
      if (done < part.readableBytes()) {
        break;
      }
      part.release();
    }
    if (done < 0) {
      for (; index < count; index++) {
        now.buffer(index).release();
      }
    } else if (index < count) {
      rest(now, index, done);
    }
  }

  /** Sends a buffer's bytes; how many, or -1 if the socket is broken. */
  private int send(Socket socket, ByteBuf bytes) {
    try {
      int done =
          bytes.isReadable()
              ? DirectSocket.send(socket, bytes, bytes.readerIndex(), bytes.readableBytes())
              : 0;
      written += done;
      return done;
    } catch (IOException e) {
      owner.writeFailed(e);
      return -1;
    }
  }

  private void rest(Outgoing now, int from, int done) {
    ByteBuf part = now.buffer(from);
    int left = part.readableBytes() - done;
    int start = part.readerIndex() + done;
    if (state.isGather(part)) {
      netty(ctx.alloc().directBuffer(left).writeBytes(part, start, left));
    } else {
      netty(part.retainedSlice(start, left));
    }
    part.release();
    writeParts(now, from + 1);
    ctx.flush();
  }

  private void throughNetty(Outgoing now) {
    if (now.size() > 1 && now.shared() && now.bytes() <= Batch.MAX_BYTES) {
      netty(state.batch().join(now).retainedDuplicate());
      now.releaseAll();
    } else {
      writeParts(now, 0);
    }
    ctx.flush();
  }

  private void writeParts(Outgoing now, int from) {
    for (int i = from; i < now.size(); i++) {
      ByteBuf part = now.buffer(i);
      if (!now.isOwn(i)) {
        netty(part.retainedDuplicate());
        part.release();
      } else if (state.isGather(part)) {
        netty(
            ctx.alloc()
                .directBuffer(part.readableBytes())
                .writeBytes(part, part.readerIndex(), part.readableBytes()));
        part.release();
      } else {
        netty(part);
      }
    }
  }

  private void netty(ByteBuf bytes) {
    int length = bytes.readableBytes();
    ChannelFuture unused =
        ctx.write(bytes)
            .addListener(done -> {
              if (done.isSuccess()) {
                written += length;
                settle();
              } else {
                owner.writeFailed(done.cause());
              }
            });
  }

  /**
   * Tells those who wait for what is written now. They may send, so nothing may be half done here.
   */
  private void settle() {
    ArrayDeque<Waiter> waiting = waiters;
    if (waiting != null) {
      for (Waiter next = waiting.peek();
          next != null && next.until <= written;
          next = waiting.peek()) {
        waiting.poll();
        next.done.accept(null);
      }
      if (waiting.isEmpty()) {
        waiters = null;
      }
    }
    owner.progressed();
  }
}
