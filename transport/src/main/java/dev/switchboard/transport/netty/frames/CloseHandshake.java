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
 * How one connection ends: the close handshake (RFC 6455 §7), its time limits, and that its
 * listener is told once. Confined to its loop.
 *
 * <p>Messages may wait for handlers when the end comes: with the peer's close frame or violation,
 * with the end of a client's stream, or with a close of ours that is not urgent. From then on
 * nothing is delivered, but the connection stays open until its listener is done with what it has,
 * so that the answers go out first. The close timeout bounds that, too. Only one end waits: a later
 * one takes the place of ours, and whatever closes at once ends the waiting.
 */
final class CloseHandshake {
  /** The connection that ends. */
  interface Owner {
    /** A close frame was sent: whatever reading was paused for, the answer must be read. */
    void awaitAnswer();

    /** Nothing more may be sent. May be told inside a send, and twice. */
    void sendsNoMore();

    /** What the peer still sends does not matter. */
    void readNoMore();

    /** An end has come. What is to follow is to be run when the messages before are dealt with. */
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

  /** Who ends the connection, and how. */
  private enum Cause {
    CLOSE_FRAME,
    VIOLATION,
    END_OF_INPUT,
    OURS
  }

  /** An end, with the code that its close frame has or is to have. */
  private record Last(int code, String reason, Cause cause) {}

  private volatile ReadyState readyState = ReadyState.OPEN;
  private @Nullable Last last; // while it waits for the listener
  private boolean ending; // the listener knows of an end, or will; never false again
  private boolean told;
  private @Nullable Failure failure; // until it is told
  private boolean inputEnded;
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
      framer.control(Opcode.CLOSE, Unpooled.wrappedBuffer(payload));
      owner.sendsNoMore();
      owner.awaitAnswer();
      startTimer();
      if (last != null) {
        state.loop.execute(this::proceed); // nothing can be sent any more
      }
    }
  }

  /** Whether the listener is told what the peer sends. */
  boolean hears() {
    return !ending && isOpen();
  }

  /**
   * Starts the close handshake when the listener is done with what it has. It is not asked within
   * this call.
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

  /** The peer's close frame came. */
  void closedByPeer(int code, String reason) {
    end(new Last(code, reason, Cause.CLOSE_FRAME));
  }

  /** The peer broke a rule. */
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

  /** What came before the end is dealt with, or that takes too long. */
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
   * Fails the connection (RFC 6455 §7.1.7). Its listener is told with the close frame's writing: a
   * reader can be found too slow in the middle of a send.
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
    sendBuffer.whenWritten(failed -> SocketClose.half(ctx, terms.secure() || inputEnded));
  }

  /**
   * The peer will send nothing more. A client may only have ended its side, and is sent what it is
   * owed; a server that does so without a close frame is gone.
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

  /** What waits is written, then the socket ends. */
  private void endSocket() {
    sendBuffer.drain();
    startTimer();
    sendBuffer.whenWritten(failed -> SocketClose.now(ctx));
  }

  /** The socket has ended. */
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

  /** Whether an end has begun; what takes too long is not waited for. */
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
