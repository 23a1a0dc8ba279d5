package dev.switchboard.transport.netty.frames;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * What one connection receives, as fast as its listener wants it: while that has paused, the rest
 * of one read is held and TCP pushes back. Confined to its loop.
 */
final class ReceiveQueue {
  /** The connection that receives. */
  interface Owner {
    /** The listener failed. */
    void broken(Throwable cause);

    /** Something was read outside of a read event. */
    void afterRead();

    /** The socket is read again after a pause. */
    void readsAgain();

    /** The peer will send nothing more, and all it sent was read. */
    void inputEnded();
  }

  private final ChannelHandlerContext ctx;
  private final Owner owner;
  private FrameReader reader;
  private boolean paused;
  private boolean taking;
  private boolean ended;
  private @Nullable ByteBuf held;

  ReceiveQueue(ChannelHandlerContext ctx, Owner owner, FrameReader reader) {
    this.ctx = ctx;
    this.owner = owner;
    this.reader = reader;
  }

  /** Reads with another reader from now on; nothing may have been read. */
  void reader(FrameReader other) {
    reader = other;
  }

  /** Takes received bytes; they stay the caller's. */
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

  /** The peer will send nothing more. */
  void end() {
    ended = true;
    if (held == null || !paused) {
      owner.inputEnded();
    }
  }

  /**
   * Reading as it should be after a handshake that may have stopped it, or seen the end of the
   * input.
   */
  void startAfter(boolean inputEnded) {
    ended = inputEnded;
    if (!paused) {
      resume();
    }
  }

  /** What comes from now on is dropped. */
  void stop() {
    reader.release();
  }

  /** Frees everything. */
  void release() {
    reader.release();
    held = FrameReader.drop(held);
  }
}
