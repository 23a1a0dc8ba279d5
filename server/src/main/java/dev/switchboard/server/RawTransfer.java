package dev.switchboard.server;

import dev.switchboard.protocol.UnsentException;
import dev.switchboard.transport.StreamedMessage;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A file or stream being sent as one message of a raw connection. Thread-safe. */
public final class RawTransfer {
  private final RawPeer peer;
  private final StreamedMessage message;

  RawTransfer(RawPeer peer, StreamedMessage message) {
    this.peer = peer;
    this.message = message;
  }

  /** Returns how many of its bytes are written to the socket. */
  public long sent() {
    return message.sent();
  }

  /**
   * Returns a stage that completes when everything is written. It fails with {@link
   * UnsentException}, which carries the source, if the source can't be read or the connection is
   * lost, and with {@link CancellationException} after {@link #cancel}. If part of the message was
   * written by then, the connection is closed with 1011.
   */
  public CompletionStage<Void> done() {
    return message.done();
  }

  /**
   * Blocks until everything is written. Not allowed on an event loop.
   *
   * @throws UnsentException as {@link #done} fails
   * @throws CancellationException after {@link #cancel}
   * @throws IllegalStateException on the connection's event loop, which has to write the message
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

  /** Cancels the transfer unless it is done. A transfer that has not begun sends nothing. */
  public void cancel() {
    message.cancel();
  }
}
