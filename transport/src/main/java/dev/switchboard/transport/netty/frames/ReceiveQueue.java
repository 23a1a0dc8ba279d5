package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Passes received bytes to the frame reader at the pace of the listener. Confined to its loop.
 *
 * <p>While the listener is not paused, bytes go straight to the reader and nothing is held. If the
 * listener pauses in the middle of a read, the rest of that read is held and the socket is no
 * longer read, so TCP backpressure slows the peer. Bytes that arrive while some are held are
 * appended, which keeps their order. {@link #resume} reads the held bytes first, and turns reading
 * on again only when none are left. The end of the input is reported after the last held byte.
 */
final class ReceiveQueue {
  /** The connection that receives. */
  interface Owner {
    /** Called when the listener threw. */
    void broken(Throwable cause);

    /** Called when held bytes were read, outside of a read event. */
    void afterRead();

    /** Called when the socket is read again after a pause. */
    void readsAgain();

    /** Called when the peer has ended its stream and all of it was read. */
    void inputEnded();
  }

  private final ChannelHandlerContext ctx;
  private final Owner owner;

  /** Replaced at most once, before the first byte, if the listener wants fragments. */
  private FrameReader reader;

  /** Whether the listener has paused reading. */
  private boolean paused;

  /** Whether the reader is running; a resume inside it just lets it continue. */
  private boolean taking;

  /** Whether the peer has ended its side of the stream. */
  private boolean ended;

  /** Bytes read from the socket that the reader has not taken. */
  private @Nullable ByteBuf held;

  ReceiveQueue(ChannelHandlerContext ctx, Owner owner, FrameReader reader) {
    this.ctx = ctx;
    this.owner = owner;
    this.reader = reader;
  }

  /** Replaces the reader; nothing may have been read. */
  void reader(FrameReader other) {
    reader = other;
  }

  /** Reads received bytes; the caller keeps the buffer. */
  void receive(ByteBuf in) {
    ByteBuf waiting = held;
    if (waiting != null) {
      waiting.writeBytes(in);
      return;
    }
    take(in);
    if (in.isReadable() && paused) {
      held = ctx.alloc().directBuffer(in.readableBytes()).writeBytes(in);
      ctx.channel().config().setAutoRead(false);
    }
  }

  private void take(ByteBuf in) {
    taking = true;
    try {
      reader.read(in);
    } catch (RuntimeException | Error e) {
      in.skipBytes(in.readableBytes());
      owner.broken(e);
    } finally {
      taking = false;
    }
  }

  boolean isPaused() {
    return paused;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    if (taking) {
      return;
    }
    ByteBuf waiting = held;
    if (waiting != null) {
      take(waiting);
      if (waiting.isReadable()) {
        return;
      }
      held = null;
      waiting.release();
      owner.afterRead();
    }
    if (ended) {
      owner.inputEnded();
    } else if (!ctx.channel().config().isAutoRead()) {
      owner.readsAgain();
      ctx.channel().config().setAutoRead(true);
    }
  }

  /** Handles the end of the peer's stream. */
  void end() {
    ended = true;
    if (held == null || !paused) {
      owner.inputEnded();
    }
  }

  /**
   * Sets up reading after a handshake that may have paused it, or have seen the end of the input.
   */
  void startAfter(boolean inputEnded) {
    ended = inputEnded;
    if (!paused) {
      resume();
    }
  }

  /** Drops everything from now on. */
  void stop() {
    reader.release();
  }

  /** Frees everything. */
  void release() {
    reader.release();
    held = FrameReader.drop(held);
  }
}
