package dev.switchboard.server;

import dev.switchboard.protocol.UnsentException;
import dev.switchboard.transport.StreamedMessage;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A file or stream on its way out as one message of a raw connection. Thread-safe. */
public final class RawTransfer {
  private final RawPeer peer;
  private final StreamedMessage message;

  RawTransfer(RawPeer peer, StreamedMessage message) {
    this.peer = peer;
    this.message = message;
  }

  /** How many bytes of it are written to the socket. */
  public long sent() {
    return message.sent();
  }

  /**
   * Completes when all of it is written. Fails with {@link UnsentException}, which holds the
   * source, if that can't be read or the connection is lost; with {@link CancellationException}
   * after {@link #cancel}. If half a message was out by then, the connection is closed with 1011.
   */
  public CompletionStage<Void> done() {
    return message.done();
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
      message.done().toCompletableFuture().join();
    } catch (CompletionException failed) {
      switch (failed.getCause()) {
        case UnsentException unsent -> throw unsent;
        case CancellationException cancelled -> throw cancelled;
        case null, default -> throw failed;
      }
    }
  }

  /** Gives up, if it is not done. What has not begun is not sent at all. */
  public void cancel() {
    message.cancel();
  }
}
