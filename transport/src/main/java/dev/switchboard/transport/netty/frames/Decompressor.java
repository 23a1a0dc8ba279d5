package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates what one connection receives (RFC 7692 §7.2.2), as it arrives and no faster than asked.
 * Confined to its loop.
 *
 * <p>Where the peer forgets between messages, an inflater is borrowed from the loop for the length
 * of a message; otherwise the connection keeps one from its first compressed message on. A block
 * marked as the last of its stream may be followed by another stream, whose window is empty.
 */
final class Decompressor {
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final boolean keeps;
  private final LoopState state;
  private @Nullable Inflater inflater;
  private ByteBuffer input = NOTHING;
  private boolean fed;
  private boolean closed;

  Decompressor(boolean keeps, LoopState state) {
    this.keeps = keeps;
    this.state = state;
  }

  /** What to inflate next; everything before must have been taken. */
  void feed(ByteBuf in, int start, int length) {
    fed |= length > 0;
    input(in.nioBuffer(start, length));
  }

  /** The message's bytes are all there: what the sender left out is added. */
  void feedTail() {
    // Nothing is missing after a stream's own end, nor where nothing was sent.
    if (fed && !closed && !started().finished()) {
      input(ByteBuffer.wrap(TAIL));
    }
  }

  private void input(ByteBuffer bytes) {
    Inflater running = started();
    if (running.finished()) {
      running.reset();
    }
    input = bytes;
    running.setInput(bytes);
  }

  private Inflater started() {
    Inflater running = inflater;
    if (running == null) {
      running = state.borrowInflater();
      inflater = running;
    }
    return running;
  }

  /**
   * Inflates into the free part of a buffer, which must have one.
   *
   * @return how much, at most as much as is free; 0 if there is no more to be had from the input
   * @throws DataFormatException if the input is not what a deflater makes
   */
  int take(ByteBuf out) throws DataFormatException {
    if (closed) {
      return 0; // The receiver of a piece has ended the connection.
    }
    Inflater running = started();
    while (true) {
      int got = running.inflate(out.internalNioBuffer(out.writerIndex(), out.writableBytes()));
      if (got > 0) {
        out.writerIndex(out.writerIndex() + got);
        return got;
      }
      if (!running.finished() || !input.hasRemaining()) {
        return 0;
      }
      running.reset();
      running.setInput(input);
    }
  }

  /** The message is over. */
  void ended() {
    input = NOTHING;
    fed = false;
    Inflater running = inflater;
    if (running != null && !keeps) {
      inflater = null;
      state.giveBack(running);
    }
  }

  void close() {
    closed = true;
    input = NOTHING;
    Inflater running = inflater;
    if (running != null) {
      inflater = null;
      running.end();
    }
  }
}
