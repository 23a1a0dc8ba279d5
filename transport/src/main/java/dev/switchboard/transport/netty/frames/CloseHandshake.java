package dev.switchboard.transport.netty.frames;

import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.netty.io.LoopState;
import dev.switchboard.transport.netty.io.SendBuffer;
import dev.switchboard.transport.netty.io.SocketClose;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The close handshake of one connection (RFC 6455 §7) and its time limits. Tells the listener
 * exactly once that the connection has ended. Confined to its loop.
 *
 * <p>The ready state goes from open to closing when our close frame is written, and to closed when
 * the socket is gone; it never goes back. Between the reason to end and our close frame there may
 * be a wait: messages may still be with handlers when the peer's close frame or violation arrives,
 * when a client's stream ends, or when {@link #closeWhenDone} is called. From then on nothing is
 * delivered, but the connection stays open until the listener is done, so that its answers are sent
 * first. The close timeout bounds this wait, too. {@code last} holds the one end that is waiting: a
 * later end by the peer replaces ours, and whatever closes at once ends the wait. Since {@code
 * proceed} clears it before acting, an end is carried out once, even if both the listener and the
 * timeout run it.
 */
final class CloseHandshake {
  /** The connection that is ending. */
  interface Owner {
    /** Called when a close frame was sent: the answer must be read, even if reading was paused. */
    void awaitAnswer();

    /** Called when nothing more may be sent. May be called inside a send, and twice. */
    void sendsNoMore();

    /** Called when whatever the peer still sends is to be ignored. */
    void readNoMore();

    /**
     * Called when an end has come; {@code end} must be run when the earlier messages are dealt
     * with.
     */
    void ending(Runnable end);

    /** Called once, last. */
    void ended(int code, String reason, boolean clean);
  }

  private record Failure(int code, String reason) {}

  private final Terms terms;
  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final SendBuffer sendBuffer;
  private final Framer framer;
  private final Owner owner;

  /** What ends the connection. */
  private enum Cause {
    CLOSE_FRAME,
    VIOLATION,
    END_OF_INPUT,
    OURS
  }

  /** An end, with the code its close frame had or will have. */
  private record Last(int code, String reason, Cause cause) {}

  /** Set on the loop, read on any thread. */
  private volatile ReadyState readyState = ReadyState.OPEN;

  private @Nullable Last last; // an end that waits for the listener
  private boolean ending; // an end was announced, or will be; stays true

  /** Whether the owner was told that the connection has ended. */
  private boolean told;

  private @Nullable Failure failure; // until reported to the listener

  /** Whether the peer has ended its side of the stream. */
  private boolean inputEnded;

  /** When the wait is over, by the sweeper's clock; 0 until an end has begun. */
  private long deadline;

  CloseHandshake(
      Terms terms,
      LoopState state,
      ChannelHandlerContext ctx,
      SendBuffer sendBuffer,
      Framer framer,
      Owner owner) {
    this.terms = terms;
    this.state = state;
    this.ctx = ctx;
    this.sendBuffer = sendBuffer;
    this.framer = framer;
    this.owner = owner;
  }

  /** Returns the state. May be called on any thread. */
  ReadyState readyState() {
    return readyState;
  }

  boolean isOpen() {
    return readyState == ReadyState.OPEN;
  }

  /** Starts the close handshake, unless that has been done. */
  void close(byte[] payload) {
    if (isOpen()) {
      readyState = ReadyState.CLOSING;
      framer.control(Opcode.CLOSE, Unpooled.wrappedBuffer(payload));
      owner.sendsNoMore();
      owner.awaitAnswer();
      startTimer();
      if (last != null) {
        state.loop.execute(this::proceed); // nothing more can be sent
      }
    }
  }

  /** Whether what the peer sends is delivered to the listener. */
  boolean hears() {
    return !ending && isOpen();
  }

  /**
   * Starts the close handshake when the listener is done. The listener is not called within this
   * call.
   */
  void closeWhenDone(int code, String reason) {
    if (hears()) {
      last = new Last(code, reason, Cause.OURS);
      ending = true;
      startTimer();
      state.loop.execute(() -> {
        if (last != null) {
          owner.ending(this::proceed);
        }
      });
    }
  }

  /** Handles the peer's close frame. */
  void closedByPeer(int code, String reason) {
    end(new Last(code, reason, Cause.CLOSE_FRAME));
  }

  /** Handles a protocol violation of the peer. */
  void violated(int code, String reason) {
    owner.readNoMore();
    end(new Last(code, reason, Cause.VIOLATION));
  }

  private void end(Last how) {
    last = how;
    if (!isOpen()) {
      proceed();
    } else if (!ending) {
      ending = true;
      startTimer();
      owner.ending(this::proceed);
    }
  }

  /** Carries out the end that waited: the listener is done, or its time is up. */
  private void proceed() {
    Last how = last;
    if (how == null) {
      return;
    }
    last = null;
    switch (how.cause) {
      case CLOSE_FRAME -> answer(how.code, how.reason);
      case VIOLATION -> fail(how.code, how.reason);
      case END_OF_INPUT -> endSocket();
      case OURS -> {
        close(Closing.payload(how.code, how.reason));
        if (inputEnded) {
          endSocket(); // no answer will come
        }
      }
    }
  }

  private void answer(int code, String reason) {
    close(code == Closing.NO_STATUS ? new byte[0] : Closing.payload(code, ""));
    tell(code, reason, true);
    if (terms.client() && !inputEnded) {
      startTimer(); // RFC 6455 §7.1.1: the server closes the socket first.
    } else {
      hangUp();
    }
  }

  /**
   * Fails the connection (RFC 6455 §7.1.7). The listener is told when the close frame is written,
   * because a consumer can turn out to be too slow in the middle of a send.
   */
  void fail(int code, String reason) {
    last = null;
    owner.readNoMore();
    close(Closing.payload(code, reason));
    if (failure == null) {
      failure = new Failure(code, reason);
    }
    hangUp();
  }

  /** Tells the listener that the connection was failed, if it was and that is not reported yet. */
  void tellFailure() {
    Failure why = failure;
    if (why != null) {
      failure = null;
      tell(why.code, why.reason, false);
    }
  }

  /**
   * Ends our side once everything is written. The peer's bytes are read and dropped until then,
   * because a reset could discard our close frame.
   */
  private void hangUp() {
    startTimer();
    sendBuffer.whenWritten(failed -> SocketClose.half(ctx, terms.secure() || inputEnded));
  }

  /**
   * Handles the end of the peer's stream. A client may have ended only its side, and is still sent
   * what waits for it; a server that ends its stream without a close frame is gone.
   */
  void inputEnded() {
    inputEnded = true;
    if (last != null) {
      return;
    }
    if (isOpen() && !terms.client()) {
      end(new Last(Closing.ABNORMAL, "", Cause.END_OF_INPUT));
    } else {
      endSocket();
    }
  }

  /** Writes what is waiting, then ends the socket. */
  private void endSocket() {
    sendBuffer.drain();
    startTimer();
    sendBuffer.whenWritten(failed -> SocketClose.now(ctx));
  }

  /** Handles the end of the socket. */
  void gone() {
    readyState = ReadyState.CLOSED;
    Last how = last;
    last = null;
    owner.sendsNoMore();
    framer.close();
    sendBuffer.close(new IOException("the connection has ended"));
    tellFailure();
    if (how == null || how.cause == Cause.OURS) {
      tell(Closing.ABNORMAL, "", false);
    } else {
      tell(how.code, how.reason, false); // RFC 6455 §7.1.5: the code is that of its close frame
    }
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

  /** Enforces the close timeout. Returns whether an end has begun. */
  boolean sweep(long now) {
    if (deadline != 0 && now >= deadline) {
      if (last != null) {
        proceed();
      } else {
        SocketClose.now(ctx);
      }
    }
    return deadline != 0;
  }
}
