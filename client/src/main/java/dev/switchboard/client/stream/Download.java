package dev.switchboard.client.stream;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A binary message that is read while it arrives. Unread bytes count as waiting for the handlers,
 * so the socket is no longer read when there are too many. Thread-safe.
 */
public final class Download extends InputStream {
  private final Backlog backlog;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<byte[]> pieces = new ArrayDeque<>(); // guarded by lock, like the fields below

  /** Bytes of the first piece that were read. */
  private int offset;

  /** Whether the last piece has arrived. */
  private boolean complete;

  /** Whether the connection ended before the message did. */
  private boolean lost;

  /** Whether the reader has closed the stream; later pieces are dropped. */
  private boolean closed;

  /** Creates a message of which nothing has arrived. */
  public Download(Backlog backlog) {
    this.backlog = backlog;
  }

  /** On the loop: adds a piece that arrived. */
  public void add(byte[] piece, boolean last) {
    lock.lock();
    try {
      complete |= last;
      if (!closed && piece.length > 0) {
        pieces.add(piece);
        backlog.hold(piece.length);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** On the loop: the connection ended before the message did. */
  public void lost() {
    lock.lock();
    try {
      lost = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, into.length);
    if (length == 0) {
      return 0;
    }
    int count;
    int freed;
    lock.lock();
    try {
      byte[] piece = piece();
      if (piece == null) {
        return -1;
      }
      count = Math.min(length, piece.length - offset);
      System.arraycopy(piece, offset, into, from, count);
      offset += count;
      freed = offset == piece.length ? piece.length : 0;
      if (freed > 0) {
        pieces.remove();
        offset = 0;
      }
    } finally {
      lock.unlock();
    }
    if (freed > 0) {
      backlog.letGo(freed);
    }
    return count;
  }

  /** Waits for the piece to read from; returns null at the end. */
  private byte @Nullable [] piece() throws IOException {
    try {
      while (pieces.isEmpty() && !complete && !lost && !closed) {
        changed.await();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the message was complete", interrupted);
    }
    if (closed) {
      throw new IOException("the stream is closed");
    }
    byte[] piece = pieces.peek();
    if (piece == null && !complete) {
      throw new IOException("the connection ended before the message was complete");
    }
    return piece;
  }

  /** Drops the rest of the message. */
  @Override
  public void close() {
    int freed = 0;
    lock.lock();
    try {
      closed = true;
      for (byte[] piece : pieces) {
        freed += piece.length;
      }
      pieces.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (freed > 0) {
      backlog.letGo(freed);
    }
  }
}
