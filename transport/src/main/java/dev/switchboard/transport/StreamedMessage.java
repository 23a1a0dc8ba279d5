package dev.switchboard.transport;

import dev.switchboard.protocol.UnsentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A message that is read while it is sent, in fragments, however long it is; see {@link
 * WebSocket#send}. It can be sent once. Thread-safe.
 *
 * <p>The source is read on a virtual thread, from when its turn has come, as fast as the socket
 * takes it: one piece is in memory. It is closed in the end, whatever happens. A piece is what the
 * source has at once, so that a slow source does not hold back what it has given.
 */
public final class StreamedMessage {
  /** Takes the pieces of a message, for a transport. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Sends a piece. Called on the reading thread, which reads on when this returns; the bytes may
     * change then.
     *
     * @param piece empty if the source has ended
     */
    void piece(ByteBuffer piece, boolean last) throws InterruptedException;
  }

  /** Hears how far a message is. */
  @FunctionalInterface
  public interface Progress {
    /** A piece was written, and so many bytes are by now. Called on the reading thread. */
    void made(long total, int piece);
  }

  private final Object source; // a Path or an InputStream
  private final boolean text;
  private final int pieceBytes;
  private final List<Progress> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile long sent; // written by the reading thread
  private @Nullable Thread reader; // guarded by this; there from start on
  private boolean begun; // guarded by this; a piece may be on the wire
  private boolean over; // guarded by this; all is written, or nothing more will be
  private boolean half; // guarded by this; given up when it had begun

  private StreamedMessage(Object source, boolean text, int pieceBytes) {
    this.source = source;
    this.text = text;
    this.pieceBytes = Checks.range("pieceBytes", pieceBytes, 1, 1 << 20);
  }

  /**
   * A file as a binary message.
   *
   * @param pieceBytes how much is read and sent at once, at most, 1 byte – 1 MiB
   */
  public static StreamedMessage of(Path file, int pieceBytes) {
    return new StreamedMessage(file, false, pieceBytes);
  }

  /**
   * A stream as a message.
   *
   * @param text whether it is text; it must be UTF-8 then, and is not checked
   * @param pieceBytes how much is read and sent at once, at most, 1 byte – 1 MiB
   */
  public static StreamedMessage of(InputStream stream, boolean text, int pieceBytes) {
    return new StreamedMessage(stream, text, pieceBytes);
  }

  /** How many bytes of it are with the kernel. */
  public long sent() {
    return sent;
  }

  /** Has a listener told of each piece from now on. It may block, which slows down the message. */
  public void onProgress(Progress listener) {
    listeners.add(listener);
  }

  /**
   * Completes when all of it is with the kernel. Fails with {@link UnsentException}, which holds
   * the source, if that can't be read, the connection is not open or is lost; with {@link
   * CancellationException} after {@link #cancel}.
   */
  public CompletionStage<Void> done() {
    return done.minimalCompletionStage();
  }

  /**
   * Gives up, if it is not done. What has not begun is not sent at all; half a message ends the
   * connection.
   */
  public void cancel() {
    end(new CancellationException("transfer: cancelled"), true);
  }

  /**
   * Whether its sender gave up, or could not read on, when a part may have been on the wire: the
   * connection ends with it.
   */
  public synchronized boolean half() {
    return half;
  }

  /** Fails it as not sent, unless its turn has come or it is over. */
  public void withdraw(String why) {
    boolean waits;
    synchronized (this) {
      waits = reader == null;
    }
    if (waits) {
      unsent(why);
    }
  }

  // What follows is for transports.

  /** Whether it is text; else it is binary. */
  public boolean text() {
    return text;
  }

  /** How much is read at once. */
  public int pieceBytes() {
    return pieceBytes;
  }

  /** Whether all of it is with the kernel, or nothing more of it will be. */
  public synchronized boolean over() {
    return over;
  }

  /** It will not be sent, or not wholly; does nothing if that is known, or all is sent. */
  public void unsent(String why) {
    end(new UnsentException(why, source), false);
  }

  /** Its turn has come: it is read, and goes to the sink. Returns false if it is over already. */
  public boolean start(Sink sink) {
    Thread reading = Thread.ofVirtual().name("switchboard-stream").unstarted(() -> run(sink));
    synchronized (this) {
      if (over) {
        return false;
      }
      reader = reading;
    }
    reading.start();
    return true;
  }

  private void run(Sink sink) {
    try (InputStream in = source instanceof Path file ? Files.newInputStream(file) : stream()) {
      pump(in, sink);
    } catch (Throwable unreadable) { // users' code: any stream; unless somebody has ended it
      UnsentException why =
          new UnsentException("source: " + source + " (expected: one that can be read)", source);
      why.initCause(unreadable);
      end(why, true);
    }
  }

  private InputStream stream() {
    return (InputStream) source;
  }

  private void pump(InputStream in, Sink sink) throws IOException, InterruptedException {
    byte[] buffer = new byte[pieceBytes];
    long total = 0;
    for (int read = 0; read >= 0; ) {
      read = fill(in, buffer);
      if (!begin()) {
        return;
      }
      sink.piece(ByteBuffer.wrap(buffer, 0, Math.max(0, read)), read < 0);
      if (read > 0) {
        total += read;
        sent = total;
        for (Progress listener : listeners) {
          listener.made(total, read);
        }
      }
    }
    complete();
  }

  /** Reads what is there, at least a byte; returns -1 at the end. */
  private static int fill(InputStream in, byte[] buffer) throws IOException {
    int count = in.read(buffer);
    while (count > 0 && count < buffer.length && in.available() > 0) {
      int more = in.read(buffer, count, buffer.length - count);
      if (more <= 0) {
        break;
      }
      count += more;
    }
    return count;
  }

  private synchronized boolean begin() {
    begun |= !over;
    return !over;
  }

  private void complete() {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    done.complete(null);
  }

  /** Whatever waits for the source or the socket stops waiting. */
  private void end(Throwable why, boolean givenUp) {
    Thread reading;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      half = givenUp && begun;
      reading = reader;
    }
    if (reading != null) {
      reading.interrupt();
    } else if (source instanceof InputStream stream) {
      Thread unused = Thread.ofVirtual().name("switchboard-stream").start(() -> close(stream));
    }
    done.completeExceptionally(why);
  }

  private static void close(InputStream unread) {
    try {
      unread.close();
    } catch (IOException ignored) {
      // Nothing was wanted of it.
    }
  }

  @Override
  public String toString() {
    return (text ? "text of " : "binary of ") + source;
  }
}
