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
 * What one connection sends while a message goes out in fragments: that message, and those behind
 * it in their order, as RFC 6455 §5.4 lets only control frames between fragments. A connection has
 * one only meanwhile. Confined to its loop.
 *
 * <p>A message is cut into pieces if it is too long, or a stream. Each piece is sent when the one
 * before it is with the kernel, in a turn of its own: a ping or a close waits for one piece at
 * most, and other connections have their turns. A stream's reader waits for its piece, too, so that
 * one is in memory. What waits is bounded by whoever adds: {@link #bytes} counts it, and the piece
 * that a stream under way may bring.
 *
 * <p>There is always a message under way, {@link #current}, between two calls: when its last piece
 * is sent, the next one takes its place, and if there is none the queue is given up. A stream that
 * ends before it has sent anything is passed over; one that ends later takes the connection with
 * it. So does everything end when a close frame is sent: {@link #stop}, {@link #drop}.
 */
final class SendQueue {
  /** The connection. */
  interface Owner {
    /** Nothing is left: what is sent from now on goes its own way. */
    void drained();

    /** A message ends before its last piece, so that the connection can't go on. */
    void cutShort();
  }

  private sealed interface Entry permits Whole, Stream, Mark {}

  /** A message that is there as a whole; the payload's reader index says how much is sent. */
  private record Whole(int opcode, ByteBuf payload) implements Entry {}

  /** Somebody who waits until all before it is written. */
  private record Mark(Consumer<@Nullable Throwable> done) implements Entry {}

  /** A message that is being read. */
  private final class Stream implements Entry, StreamedMessage.Sink {
    final StreamedMessage message;
    final Semaphore written = new Semaphore(0); // pieces that the reader has not heard of

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
  private final int most; // bytes of a message that is not cut
  private final Owner owner;
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
  private @Nullable Entry current; // the message under way
  private boolean begun; // whether a piece of it was sent
  private boolean compressed; // whether that said so
  private long bytes;
  private boolean stopped;

  SendQueue(EventLoop loop, Framer framer, SendBuffer sendBuffer, int most, Owner owner) {
    this.loop = loop;
    this.framer = framer;
    this.sendBuffer = sendBuffer;
    this.most = most;
    this.owner = owner;
  }

  /** What waits here, and what a stream under way may add. */
  long bytes() {
    return bytes;
  }

  /** Adds a message; takes over the buffer. */
  void add(int opcode, ByteBuf payload) {
    bytes += payload.readableBytes();
    add(new Whole(opcode, payload));
  }

  /** Adds a message that is to be read. */
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

  /** Calls back when all that was added before is with the kernel, or never will be. */
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
          stopped = true; // whoever is called back here may begin another queue
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

  /** A stream was given up, or can't be read, or its connection is lost. */
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

  /** Nothing more is sent; what is left is still to be dropped. */
  void stop() {
    stopped = true;
  }

  /** Drops what is left, and tells those who wait. Never inside a send. */
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
