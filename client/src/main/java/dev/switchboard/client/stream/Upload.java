package dev.switchboard.client.stream;

import dev.switchboard.protocol.UnsentException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source on a virtual thread and hands it on piece by piece, at the pace of the socket. The
 * source is closed at the end, whatever happens.
 */
public final class Upload {
  private final Object source;
  private final Opening opening;
  private final Listener listener;
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private volatile @Nullable Thread reader;
  private volatile boolean begun;

  /** Opens the source when it is its turn. */
  @FunctionalInterface
  public interface Opening {
    /** The source, to be read from its beginning. */
    InputStream open() throws IOException;
  }

  /** Hears, on the reading thread, how the upload goes on. */
  public interface Listener {
    /** So many bytes are with the kernel. */
    void progressed(long bytes);

    /** The source can't be read. */
    void failed(UnsentException why);
  }

  /**
   * An upload that has not begun.
   *
   * @param source what the user gave
   */
  public Upload(Object source, Opening opening, Listener listener) {
    this.source = source;
    this.opening = opening;
    this.listener = listener;
  }

  /** Whether a part of the message may be on the wire, which can't be taken back. */
  public boolean begun() {
    return begun;
  }

  /** On the loop: its turn has come; false if it was cancelled. */
  boolean begin(Outflow flow) {
    if (cancelled.get()) {
      return false;
    }
    reader = Thread.ofVirtual().name("switchboard-upload").start(() -> run(flow));
    return true;
  }

  /** Sends no more of it. */
  public void cancel() {
    cancelled.set(true);
    interrupt();
  }

  /** Ends the reading. */
  void interrupt() {
    Thread running = reader;
    if (running != null) {
      running.interrupt();
    }
  }

  private void run(Outflow flow) {
    try (InputStream in = opening.open()) {
      pump(in, flow);
    } catch (IOException | RuntimeException unreadable) {
      UnsentException why =
          new UnsentException("source: " + source + " (expected: one that can be read)", source);
      why.initCause(unreadable);
      listener.failed(why);
    } catch (InterruptedException | ExecutionException lost) {
      // The connection is gone or the user cancelled; whoever did it tells the user.
      Thread.currentThread().interrupt();
    }
    if (!begun) {
      flow.skip(this);
    }
  }

  private void pump(InputStream in, Outflow flow)
      throws IOException, InterruptedException, ExecutionException {
    byte[] buffer = new byte[Outflow.PIECE];
    long sent = 0;
    for (boolean more = true; more; ) {
      int read = in.read(buffer);
      begun = !cancelled.get() || begun;
      if (cancelled.get()) {
        return;
      }
      more = read >= 0;
      ByteBuf piece = Unpooled.copiedBuffer(buffer, 0, Math.max(0, read));
      Boolean written = flow.piece(this, piece, !more).get();
      if (more && written) {
        sent += read;
        listener.progressed(sent);
      }
    }
  }
}
