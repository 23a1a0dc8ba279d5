package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.netty.io.SendBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages in order while one of them goes out in fragments: RFC 6455 §5.4 allows only
 * control frames between fragments. A connection has a queue only while there is such a message.
 * Confined to its loop.
 *
 * <p>A message is sent in pieces if it is too long, or a stream. A piece is sent when the kernel
 * has taken the one before, in a turn of its own, so a ping or a close waits for one piece at most,
 * and other connections get their turns. A stream's reader waits for its piece to be written, too,
 * so one piece is in memory. The caller bounds what waits: {@link #bytes} counts it, including the
 * piece that a stream under way may add.
 *
 * <p>Between two calls there is always a message under way, {@link #current}. When its last piece
 * is sent, the next message takes its place; if there is none, the queue is discarded. A stream
 * that ends before it has sent anything is skipped; one that ends later ends the connection, as
 * half a message can't be completed. A close frame ends everything: {@link #stop}, then {@link
 * #drop}.
 */
final class SendQueue {
  /** The connection that sends. */
  interface Owner {
    /** Called when the queue is empty: later messages are sent directly. */
    void drained();

    /** Called when a message ends before its last piece, so that the connection can't continue. */
    void cutShort();
  }

  private sealed interface Entry permits Whole, Stream, Mark {}

  /** A message that is in memory; the payload's reader index tells how much was sent. */
  private record Whole(int opcode, ByteBuf payload) implements Entry {}

  /** A callback for when everything before it is written. */
  private record Mark(Consumer<@Nullable Throwable> done) implements Entry {}

  /** A message that is being read from its source. */
  private final class Stream implements Entry, StreamedMessage.Sink {
    final StreamedMessage message;
    final Semaphore written = new Semaphore(0); // pieces written that the reader is to learn of

    Stream(StreamedMessage message) {
      this.message = message;
    }

    @Override
    public void piece(ByteBuffer piece, boolean last) throws InterruptedException {
      loop.execute(() -> next(this, piece, last));
      written.acquire();
    }

    void lost() {
      message.unsent("connection: lost before the message was written");
    }
  }

  private final EventLoop loop;
  private final Framer framer;
  private final SendBuffer sendBuffer;
  private final int most; // longer messages are sent in pieces
  private final Owner owner;
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
  private @Nullable Entry current; // the message under way
  private boolean begun; // whether a piece of it was sent
  private boolean compressed; // whether its first piece was compressed

  /** What waits here, as {@code bytes()} returns it. */
  private long bytes;

  /** Whether the queue is finished, emptied or cut off; never false again. */
  private boolean stopped;

  SendQueue(EventLoop loop, Framer framer, SendBuffer sendBuffer, int most, Owner owner) {
    this.loop = loop;
    this.framer = framer;
    this.sendBuffer = sendBuffer;
    this.most = most;
    this.owner = owner;
  }

  /** Returns the bytes that wait here, plus those that a stream under way may add. */
  long bytes() {
    return bytes;
  }

  /** Adds a message; takes over the buffer. */
  void add(int opcode, ByteBuf payload) {
    bytes += payload.readableBytes();
    add(new Whole(opcode, payload));
  }

  /** Adds a streamed message. */
  void add(StreamedMessage message) {
    Stream stream = new Stream(message);
    var unused =
        message
            .done()
            .whenComplete((nothing, failure) -> {
              if (failure != null) {
                loop.execute(() -> ended(stream));
              }
            });
    add(stream);
  }

  /** Calls back when the kernel has taken everything added before, or never will. */
  void add(Consumer<@Nullable Throwable> done) {
    add(new Mark(done));
  }

  private void add(Entry entry) {
    waiting.add(entry);
    if (current == null) {
      advance();
    }
  }

  private void advance() {
    while (current == null && !stopped) {
      switch (waiting.poll()) {
        case null -> {
          stopped = true; // a callback may create another queue
          owner.drained();
        }
        case Mark mark -> sendBuffer.tellWhenWritten(mark.done);
        case Stream stream -> {
          if (stream.message.start(stream)) {
            begin(stream);
            bytes += stream.message.pieceBytes();
          }
        }
        case Whole whole when whole.payload.readableBytes() <= most -> {
          bytes -= whole.payload.readableBytes();
          framer.message(whole.opcode, whole.payload);
        }
        case Whole whole -> {
          begin(whole);
          next(whole);
        }
      }
    }
  }

  private void begin(Entry entry) {
    current = entry;
    begun = false;
  }

  private void next(Whole whole) {
    if (stopped) {
      return;
    }
    int length = whole.payload.readableBytes();
    int count = Math.min(length, most);
    bytes -= count;
    send(whole.opcode, whole.payload.readRetainedSlice(count), length, count == length);
    if (count == length) {
      whole.payload.release();
      current = null;
      advance();
    } else {
      sendBuffer.whenWritten(failure -> {
        if (failure == null) {
          loop.execute(() -> next(whole));
        }
      });
    }
  }

  private void next(Stream stream, ByteBuffer piece, boolean last) {
    if (stopped || current != stream || stream.message.over()) {
      return; // whoever ended it tells the reader
    }
    StreamedMessage message = stream.message;
    int kind = message.text() ? Opcode.TEXT : Opcode.BINARY;
    send(kind, Unpooled.wrappedBuffer(piece), message.pieceBytes(), last);
    sendBuffer.whenWritten(failure -> {
      if (failure == null) {
        stream.written.release();
      } else {
        stream.lost();
      }
    });
    if (last) {
      pass(stream);
    }
  }

  private void send(int opcode, ByteBuf piece, int length, boolean last) {
    if (begun) {
      framer.next(piece, compressed, last);
    } else if (last) {
      framer.message(opcode, piece);
    } else {
      compressed = framer.begin(opcode, piece, length);
      begun = true;
    }
  }

  private void pass(Stream stream) {
    bytes -= stream.message.pieceBytes();
    current = null;
    advance();
  }

  /** Handles a stream that was cancelled, became unreadable or lost its connection. */
  private void ended(Stream stream) {
    if (stopped) {
      return;
    }
    if (current != stream) {
      waiting.remove(stream);
    } else if (begun) {
      owner.cutShort();
    } else {
      pass(stream);
    }
  }

  /** Sends nothing more; {@link #drop} must follow. */
  void stop() {
    stopped = true;
  }

  /** Drops what is left and calls back those who wait. Never called inside a send. */
  void drop() {
    if (current != null) {
      waiting.addFirst(current);
      current = null;
    }
    for (Entry left = waiting.poll(); left != null; left = waiting.poll()) {
      switch (left) {
        case Whole whole -> whole.payload.release();
        case Stream stream -> stream.lost();
        case Mark mark -> sendBuffer.tell(mark.done, new ClosedChannelException());
      }
    }
  }
}
