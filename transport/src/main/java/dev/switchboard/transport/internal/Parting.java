package dev.switchboard.transport.internal;

import dev.switchboard.transport.ReadyState;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How one connection ends: the close handshake (RFC 6455 §7), its time limits, and that its
 * listener is told once. Confined to its loop.
 */
final class Parting {
  /** The connection that ends. */
  interface Owner {
    /** A close frame was sent: whatever reading was paused for, the answer must be read. */
    void awaitAnswer();

    /** What the peer still sends does not matter. */
    void readNoMore();

    /** Called once, last. */
    void ended(int code, String reason, boolean clean);
  }

  private record Failure(int code, String reason) {}

  private final Terms terms;
  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final Outbox outbox;
  private final Owner owner;

  private volatile ReadyState readyState = ReadyState.OPEN;
  private boolean told;
  private @Nullable Failure failure; // until it is told
  private boolean inputEnded;
  private long deadline;

  Parting(Terms terms, LoopState state, ChannelHandlerContext ctx, Outbox outbox, Owner owner) {
    this.terms = terms;
    this.state = state;
    this.ctx = ctx;
    this.outbox = outbox;
    this.owner = owner;
  }

  /** May be asked on any thread. */
  ReadyState readyState() {
    return readyState;
  }

  boolean isOpen() {
    return readyState == ReadyState.OPEN;
  }

  /** Starts the close handshake, if that has not been done. */
  void close(byte[] payload) {
    if (isOpen()) {
      readyState = ReadyState.CLOSING;
      outbox.control(Opcode.CLOSE, Unpooled.wrappedBuffer(payload));
      owner.awaitAnswer();
      startTimer();
    }
  }

  /** The peer's close frame came. */
  void closedByPeer(int code, String reason) {
    close(code == Closing.NO_STATUS ? new byte[0] : Closing.payload(code, ""));
    tell(code, reason, true);
    if (terms.client()) {
      startTimer(); // RFC 6455 §7.1.1: the server closes the socket first.
    } else {
      hangUp();
    }
  }

  /**
   * Fails the connection (RFC 6455 §7.1.7). Its listener is told with the close frame's writing: a
   * reader can be found too slow in the middle of a send.
   */
  void fail(int code, String reason) {
    owner.readNoMore();
    close(Closing.payload(code, Closing.fit(reason)));
    if (failure == null) {
      failure = new Failure(code, reason);
    }
    hangUp();
  }

  /** Tells the listener that the connection was failed, if it was. */
  void tellFailure() {
    Failure why = failure;
    if (why != null) {
      failure = null;
      tell(why.code, why.reason, false);
    }
  }

  /**
   * Ends our side once everything is written; the peer's bytes are read and dropped meanwhile, as a
   * reset could take our close frame with it.
   */
  private void hangUp() {
    startTimer();
    outbox.whenWritten(failed -> Ending.half(ctx, terms.secure() || inputEnded));
  }

  /** The peer will send nothing more: what it is owed is written, then the socket ends. */
  void inputEnded() {
    inputEnded = true;
    outbox.drain();
    startTimer();
    outbox.whenWritten(failed -> Ending.now(ctx));
  }

  /** The socket has ended. */
  void gone() {
    readyState = ReadyState.CLOSED;
    outbox.close(new IOException("the connection has ended"));
    tellFailure();
    tell(Closing.ABNORMAL, "", false);
  }

  private void tell(int code, String reason, boolean clean) {
    if (!told) {
      told = true;
      owner.ended(code, reason, clean);
    }
  }

  private void startTimer() {
    deadline = state.sweeper.now() + terms.options().closeTimeout().toMillis();
  }

  /** Whether an end has begun; if it takes too long, the socket ends. */
  boolean sweep(long now) {
    if (deadline != 0 && now >= deadline) {
      Ending.now(ctx);
    }
    return deadline != 0;
  }
}
