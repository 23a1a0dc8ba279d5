package dev.switchboard.client.stream;

import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has to say, one message after the other. A large one goes in pieces, each
 * when the one before is with the kernel, so that pings and a close never wait behind more than a
 * piece (RFC 6455 §5.4). Confined to the loop.
 */
public final class Outflow {
  /** A message up to this length goes in one frame. */
  static final int PIECE = 64 << 10;

  private final WebSocket socket;
  private final Pieces pieces;
  private final Queue<Item> waiting = new ArrayDeque<>();
  private @Nullable Item current;
  private @Nullable Runnable whenIdle;

  /** A message; {@code written} is called when all of it is with the kernel. */
  private record Item(
      boolean text,
      byte @Nullable [] payload,
      @Nullable Upload upload,
      @Nullable Runnable written) {}

  /** Hears of each piece of an upload that goes out. */
  @FunctionalInterface
  public interface Pieces {
    /** A piece of so many bytes is on its way. */
    void sent(int bytes, boolean last);
  }

  /** One that has nothing to say yet. */
  public Outflow(WebSocket socket, Pieces pieces) {
    this.socket = socket;
    this.pieces = pieces;
  }

  /** Whether a message is under way in pieces. */
  public boolean busy() {
    return current != null;
  }

  /** Runs it when all is written, and what only waited for that, too. */
  public void whenIdle(Runnable task) {
    if (current != null) {
      whenIdle = task;
    } else if (socket.pendingBytes() == 0) {
      task.run();
    } else {
      socket.whenWritten(failure -> {
        if (failure == null) {
          socket.execute(() -> whenIdle(task)); // what was written makes room for more
        }
      });
    }
  }

  /** Sends a message that is whole. */
  public void send(boolean text, byte[] payload, @Nullable Runnable written) {
    next(new Item(text, payload, null, written));
  }

  /** Sends a message that is read while it is sent. */
  public void send(Upload upload, Runnable written) {
    next(new Item(false, null, upload, written));
  }

  private void next(Item item) {
    if (current == null) {
      begin(item);
    } else {
      waiting.add(item);
    }
  }

  private void begin(Item item) {
    byte[] payload = item.payload;
    Upload upload = item.upload;
    if (payload != null && payload.length <= PIECE) {
      whole(item, payload);
    } else if (payload != null) {
      current = item;
      piece(item, payload, 0);
    } else if (upload != null && upload.begin(this)) {
      current = item;
    }
  }

  private void whole(Item item, byte[] payload) {
    if (socket.readyState() != ReadyState.OPEN) {
      return;
    }
    if (item.text) {
      socket.sendText(payload);
    } else {
      socket.sendBinary(payload);
    }
    Runnable written = item.written;
    if (written != null) {
      socket.whenWritten(failure -> {
        if (failure == null) {
          written.run();
        }
      });
    }
  }

  private void piece(Item item, byte[] payload, int from) {
    if (socket.readyState() != ReadyState.OPEN) {
      return;
    }
    int length = Math.min(PIECE, payload.length - from);
    boolean last = from + length == payload.length;
    socket.sendFragment(item.text, Unpooled.wrappedBuffer(payload, from, length), last);
    socket.whenWritten(failure -> {
      if (failure == null && last) {
        socket.execute(() -> finished(item));
      } else if (failure == null) {
        socket.execute(() -> piece(item, payload, from + length));
      }
    });
  }

  /**
   * Sends a piece of the upload that is under way. Thread-safe.
   *
   * @return completed when it is with the kernel
   */
  CompletableFuture<Boolean> piece(Upload upload, ByteBuf piece, boolean last) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    socket.execute(() -> {
      Item item = current;
      if (item == null || item.upload != upload || socket.readyState() != ReadyState.OPEN) {
        piece.release();
        done.completeExceptionally(new IOException("the connection has ended"));
        return;
      }
      pieces.sent(piece.readableBytes(), last);
      socket.sendFragment(false, piece, last);
      socket.whenWritten(failure -> {
        if (failure != null) {
          done.completeExceptionally(failure);
          return;
        }
        done.complete(true);
        if (last) {
          socket.execute(() -> finished(item));
        }
      });
    });
    return done;
  }

  /** An upload whose turn it was has nothing to send. Thread-safe. */
  void skip(Upload upload) {
    socket.execute(() -> {
      Item item = current;
      if (item != null && item.upload == upload) {
        current = null;
        proceed();
      }
    });
  }

  private void finished(Item item) {
    if (!item.equals(current)) {
      return;
    }
    current = null;
    proceed();
    Runnable written = item.written;
    if (written != null) {
      written.run(); // last, as it may send
    }
  }

  private void proceed() {
    while (current == null && !waiting.isEmpty()) {
      begin(waiting.remove());
    }
    Runnable task = whenIdle;
    if (current == null && task != null) {
      whenIdle = null;
      socket.execute(() -> whenIdle(task)); // what was written makes room for more
    }
  }

  /** The connection is gone, and all that waits with it. */
  public void end() {
    Item item = current;
    current = null;
    waiting.clear();
    Upload upload = item == null ? null : item.upload;
    if (upload != null) {
      upload.interrupt();
    }
  }
}
