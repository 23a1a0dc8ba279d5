package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses the messages that a connection receives (RFC 7692 §7.2.2), as they arrive and no
 * faster than requested. Confined to its loop.
 *
 * <p>Without context takeover by the peer, an inflater is borrowed from the loop for each message;
 * otherwise the connection keeps one from its first compressed message on. A block marked as the
 * last of its stream may be followed by another stream, whose window is empty.
 */
final class Decompressor {
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final boolean keeps;
  private final LoopState state;

  /** The inflater in use; null between messages if it is borrowed. */
  private @Nullable Inflater inflater;

  /** The input that was fed last; a view of the received bytes. */
  private ByteBuffer input = NOTHING;

  /** Whether the message has had any input. */
  private boolean fed;

  /** Whether the connection is gone; no inflater may be borrowed then. */
  private boolean closed;

  Decompressor(boolean keeps, LoopState state) {
    this.keeps = keeps;
    this.state = state;
  }

  /** Sets the next input; all output of the input before must have been taken. */
  void feed(ByteBuf in, int start, int length) {
    fed |= length > 0;
    input(in.nioBuffer(start, length));
  }

  /** Ends the message's input by adding the tail that the sender omitted. */
  void feedTail() {
    // Nothing is missing after a stream's own end, nor if nothing was sent.
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
   * Decompresses into the free part of a buffer, which must not be empty.
   *
   * @return the number of bytes written; 0 if the input yields no more
   * @throws DataFormatException if the input is not valid DEFLATE data
   */
  int take(ByteBuf out) throws DataFormatException {
    if (closed) {
      return 0; // the receiver of a piece has ended the connection
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

  /** Ends the message, and returns a borrowed inflater. */
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
