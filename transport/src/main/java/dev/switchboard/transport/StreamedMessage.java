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
 * A message that is sent in fragments while it is read from a file or stream, whatever its length;
 * see {@link WebSocket#send}. It can be sent once. Thread-safe.
 *
 * <p>When the message's turn comes, a virtual thread reads the source as fast as the socket accepts
 * data, holding one piece in memory. A piece is whatever the source has available, up to the piece
 * size, so a slow source does not delay what it has provided. The source is always closed in the
 * end.
 *
 * <p>A message waits until {@link #start} hands it its reading thread, and is over once it is
 * written, cancelled, unsent or unreadable. Only the first of these counts, as {@code over} is set
 * under the lock. {@code begun} separates a message that nobody saw from one that the peer holds a
 * part of: the latter can't be taken back, so its connection must end.
 */
public final class StreamedMessage {
  /** Receives the pieces of a message; implemented by a transport. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Sends a piece. Called on the reading thread, which continues when this returns and may then
     * overwrite the bytes.
     *
     * @param piece empty if the source has ended
     */
    void piece(ByteBuffer piece, boolean last) throws InterruptedException;
  }

  /** Receives the progress of a message. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Called on the reading thread after a piece was written, with the number of bytes written so
     * far.
     */
    void made(long total, int piece);
  }

  private final Object source; // a Path or an InputStream
  private final boolean text;
  private final int pieceBytes;
  private final List<Progress> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile long sent; // set by the reading thread
  private @Nullable Thread reader; // guarded by this; set by start
  private boolean begun; // guarded by this; a part may have been sent
  private boolean over; // guarded by this; no piece follows
  private boolean half; // guarded by this; given up after it had begun

  private StreamedMessage(Object source, boolean text, int pieceBytes) {
    this.source = source;
    this.text = text;
    this.pieceBytes = Checks.range("pieceBytes", pieceBytes, 1, 1 << 20);
  }

  /**
   * Returns a file as a binary message.
   *
   * @param pieceBytes the largest piece that is read and sent at once, 1 byte – 1 MiB
   */
  public static StreamedMessage of(Path file, int pieceBytes) {
    return new StreamedMessage(file, false, pieceBytes);
  }

  /**
   * Returns a stream as a message.
   *
   * @param text whether it is text; it must then be UTF-8, which is not checked
   * @param pieceBytes the largest piece that is read and sent at once, 1 byte – 1 MiB
   */
  public static StreamedMessage of(InputStream stream, boolean text, int pieceBytes) {
    return new StreamedMessage(stream, text, pieceBytes);
  }

  /** Returns how many bytes the kernel has taken. */
  public long sent() {
    return sent;
  }

  /**
   * Adds a listener that is called for each piece from now on. It may block, which slows down the
   * message.
   */
  public void onProgress(Progress listener) {
    listeners.add(listener);
  }

  /**
   * Completes when the kernel has taken the whole message. Fails with {@link UnsentException},
   * which holds the source, if the source can't be read or the connection is lost or not open; with
   * {@link CancellationException} after {@link #cancel}.
   */
  public CompletionStage<Void> done() {
    return done.minimalCompletionStage();
  }

  /**
   * Returns why the message was not sent; null if it is still being sent, or was sent. It is known
   * before the connection of a message that was {@link #half} sent is closed.
   */
  public @Nullable UnsentException failure() {
    if (done.isCancelled()) {
      return new UnsentException("transfer: cancelled", source);
    }
    return done.isCompletedExceptionally() ? (UnsentException) done.exceptionNow() : null;
  }

  /**
   * Cancels the message, unless it is done. If it has not begun, nothing is sent; if a part was
   * sent, the connection is closed.
   */
  public void cancel() {
    end(new CancellationException("transfer: cancelled"), true);
  }

  /**
   * Whether the message was given up or became unreadable when a part may have been sent. The
   * connection then ends with it.
   */
  public synchronized boolean half() {
    return half;
  }

  /** Fails the message as unsent, unless its turn has come or it is over. */
  public void withdraw(String why) {
    boolean waits;
    synchronized (this) {
      waits = reader == null;
    }
    if (waits) {
      unsent(why);
    }
  }

  // The rest is for transports.

  /** Whether the message is text; otherwise it is binary. */
  public boolean text() {
    return text;
  }

  /** Returns the largest piece that is read at once. */
  public int pieceBytes() {
    return pieceBytes;
  }

  /** Whether the message is over: sent completely, or never to be continued. */
  public synchronized boolean over() {
    return over;
  }

  /** Fails the message as not, or not completely, sent. Does nothing if it is over. */
  public void unsent(String why) {
    end(new UnsentException(why, source), false);
  }

  /**
   * Starts reading the source into a sink, as the message's turn has come. Returns false if it is
   * over already.
   */
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
    } catch (Throwable unreadable) { // users' code: any stream; does nothing if it is over
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

  /** Reads at least a byte and at most what is available; returns -1 at the end. */
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

  /**
   * Ends the message with an error, and interrupts the thread if it waits for the source or the
   * socket.
   */
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
      // The stream's content was not needed.
    }
  }

  @Override
  public String toString() {
    return (text ? "text of " : "binary of ") + source;
  }
}
