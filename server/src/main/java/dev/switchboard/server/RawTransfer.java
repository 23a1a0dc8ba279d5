package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.UnsentException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A file or stream on its way out as one message of a raw connection. Thread-safe. */
public final class RawTransfer {
  private final RawPeer peer;
  private final Object source;
  private final Opening opening;
  private final boolean text;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile long sent;
  private @Nullable Thread reader; // guarded by this; while it is its turn
  private boolean begun; // guarded by this; half a message may be out
  private boolean over; // guarded by this

  /** Opens the source when it is its turn. */
  @FunctionalInterface
  interface Opening {
    InputStream open() throws IOException;
  }

  RawTransfer(RawPeer peer, Object source, Opening opening, boolean text) {
    this.peer = peer;
    this.source = source;
    this.opening = opening;
    this.text = text;
  }

  /** How many bytes of it are written to the socket. */
  public long sent() {
    return sent;
  }

  /**
   * Completes when all of it is written. Fails with {@link UnsentException}, which holds the
   * source, if that can't be read or the connection is lost; with {@link CancellationException}
   * after {@link #cancel}. If half a message was out by then, the connection is closed with 1011.
   */
  public CompletionStage<Void> done() {
    return done.minimalCompletionStage();
  }

  /**
   * Waits until all of it is written; not on an event loop.
   *
   * @throws UnsentException as {@link #done} fails
   * @throws CancellationException after {@link #cancel}
   * @throws IllegalStateException on the connection's event loop, which has to write it
   */
  public void await() {
    if (peer.onLoop()) {
      throw new IllegalStateException(
          "await: on the event loop (expected: a thread that may block)");
    }
    try {
      done.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof UnsentException unsent) {
        throw unsent;
      }
      throw failed;
    }
  }

  /** Gives up, if it is not done. What has not begun is not sent at all. */
  public void cancel() {
    stop(new CancellationException("transfer: cancelled"), "a stream was cut short");
  }

  /** The connection has ended. */
  void lost() {
    stop(new UnsentException("connection: lost before the message was written", source), "");
  }

  /** It has to wait for too many others. */
  void refuse(String why) {
    stop(new UnsentException(why, source), "");
    close();
  }

  /** Whatever waits for the source or the socket stops waiting. */
  private void stop(Throwable why, String reason) {
    boolean half;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      half = begun;
      if (reader != null) {
        reader.interrupt();
      }
    }
    if (half) {
      peer.close(CloseCode.INTERNAL_ERROR.code(), reason);
    }
    done.completeExceptionally(why);
  }

  /** Sends all of it; its turn has come. */
  void run() {
    if (!turn()) {
      close();
      return;
    }
    try (InputStream in = opening.open()) {
      pump(in);
    } catch (IOException | RuntimeException unreadable) { // users' code: any stream
      UnsentException why =
          new UnsentException("source: " + source + " (expected: one that can be read)", source);
      why.initCause(unreadable);
      stop(why, "a stream failed");
    } catch (InterruptedException | ExecutionException stopped) {
      lost(); // unless it was told why already
    }
    synchronized (this) {
      reader = null;
      boolean unused = Thread.interrupted(); // was for this one, not for the next
    }
  }

  private synchronized boolean turn() {
    reader = over ? null : Thread.currentThread();
    return !over;
  }

  private void pump(InputStream in) throws IOException, InterruptedException, ExecutionException {
    int length = peer.pieceBytes();
    long written = 0;
    byte[] piece = in.readNBytes(length);
    boolean last;
    do {
      byte[] next = in.readNBytes(length); // so that what fits in one piece is one frame
      last = next.length == 0;
      if (!begin()) {
        return;
      }
      peer.fragment(text, piece, last).get();
      written += piece.length;
      sent = written;
      piece = next;
    } while (!last);
    finish();
  }

  private synchronized boolean begin() {
    begun |= !over;
    return !over;
  }

  private void finish() {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    peer.meter().sent((int) Math.min(sent, Integer.MAX_VALUE));
    done.complete(null);
  }

  /** Closes a source that is never read. */
  void close() {
    if (source instanceof InputStream stream) {
      try {
        stream.close();
      } catch (IOException ignored) {
        // Nothing was wanted of it.
      }
    }
  }
}
