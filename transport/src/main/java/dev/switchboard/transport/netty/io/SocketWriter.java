package dev.switchboard.transport.netty.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes a connection's bytes to the kernel. On epoll without TLS they go straight to the socket;
 * what the socket does not accept, and everything on other transports, goes through Netty's
 * outbound buffer. Confined to its loop.
 */
final class SocketWriter {
  /** Learns how a write went. */
  interface Owner {
    /** Called when the socket is broken. */
    void writeFailed(Throwable cause);

    /** Called when bytes that waited in Netty's buffer were written. */
    void written();
  }

  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final Owner owner;
  private final @Nullable Socket direct;

  /** What {@link #written()} returns; only grows. */
  private long written;

  /**
   * Creates the writer of a connection.
   *
   * @param plain whether the channel's bytes are the socket's, without TLS
   */
  SocketWriter(LoopState state, ChannelHandlerContext ctx, Owner owner, boolean plain) {
    this.state = state;
    this.ctx = ctx;
    this.owner = owner;
    Channel channel = ctx.channel();
    this.direct = plain ? DirectSocket.of(channel) : null;
  }

  /** Returns the number of bytes that the kernel has taken. */
  long written() {
    return written;
  }

  /** Whether bytes can go straight to the socket, so that they may be in a buffer of the loop. */
  boolean straight() {
    return direct != null;
  }

  /**
   * Writes what a connection sent in one turn. Parts that are no longer needed stay in the batch,
   * even if the write fails.
   *
   * @param before the number of bytes sent before it
   */
  void write(WriteBatch now, long before) {
    Socket socket = direct;
    if (socket != null && written == before) {
      straight(socket, now);
    } else {
      throughNetty(now);
    }
  }

  private void straight(Socket socket, WriteBatch now) {
    int count = now.size();
    if (count > 1 && now.shared() && now.bytes() <= Batch.MAX_BYTES) {
      ByteBuf joined = state.batch().join(now);
      int done = send(socket, joined);
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
      now.release(index);
    }
    if (done >= 0 && index < count) {
      rest(now, index, done);
    }
  }

  /** Sends the bytes of a buffer. Returns how many were sent, or -1 if the socket is broken. */
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

  private void rest(WriteBatch now, int from, int done) {
    ByteBuf part = now.buffer(from);
    int left = part.readableBytes() - done;
    int start = part.readerIndex() + done;
    if (state.isGather(part)) {
      netty(ctx.alloc().directBuffer(left).writeBytes(part, start, left));
    } else {
      netty(part.retainedSlice(start, left));
    }
    now.release(from);
    writeParts(now, from + 1);
    ctx.flush();
  }

  private void throughNetty(WriteBatch now) {
    if (now.size() > 1 && now.shared() && now.bytes() <= Batch.MAX_BYTES) {
      netty(state.batch().join(now).retainedDuplicate());
    } else {
      writeParts(now, 0);
    }
    ctx.flush();
  }

  private void writeParts(WriteBatch now, int from) {
    for (int i = from; i < now.size(); i++) {
      ByteBuf part = now.buffer(i);
      if (!now.isOwn(i)) {
        netty(part.retainedDuplicate());
      } else if (state.isGather(part)) {
        netty(
            ctx.alloc()
                .directBuffer(part.readableBytes())
                .writeBytes(part, part.readerIndex(), part.readableBytes()));
      } else {
        netty(now.take(i));
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
                owner.written();
              } else {
                owner.writeFailed(done.cause());
              }
            });
  }
}
