package dev.switchboard.transport.netty.frames;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.netty.io.LoopState;
import dev.switchboard.transport.netty.io.SendBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What users call on a WebSocket. Lets a message through while the connection is open and the send
 * buffer has room, then frames it, either directly or behind a message that is going out in
 * fragments. Confined to its loop, as {@link WebSocket} says.
 */
final class WebSocketConnection implements WebSocket, SendQueue.Owner {
  /** The channel's side of the connection. */
  interface Owner {
    /** Called when a message of this size would exceed the limit; returns what to do with it. */
    Overflow overflow(int bytes);

    /** Called when there is room again. Never called inside a send. */
    void writable();

    /** Ends the socket at once. */
    void terminate();
  }

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private final Terms terms;
  private final LoopState state;
  private final SendBuffer sendBuffer;
  private final Framer framer;
  private final ReceiveQueue receiveQueue;
  private final CloseHandshake closeHandshake;
  private final Owner owner;
  private @Nullable SendQueue queue; // while a message is sent in fragments
  private boolean wantsWritable; // whether the listener waits to be told of room

  WebSocketConnection(
      Terms terms,
      LoopState state,
      SendBuffer sendBuffer,
      Framer framer,
      ReceiveQueue receiveQueue,
      CloseHandshake closeHandshake,
      Owner owner) {
    this.terms = terms;
    this.state = state;
    this.sendBuffer = sendBuffer;
    this.framer = framer;
    this.receiveQueue = receiveQueue;
    this.closeHandshake = closeHandshake;
    this.owner = owner;
  }

  // Sending

  @Override
  public void sendText(ByteBuf utf8) {
    message(Opcode.TEXT, utf8);
  }

  @Override
  public void sendText(byte[] utf8) {
    message(Opcode.TEXT, utf8);
  }

  @Override
  public void sendBinary(ByteBuf payload) {
    message(Opcode.BINARY, payload);
  }

  @Override
  public void sendBinary(byte[] payload) {
    message(Opcode.BINARY, payload);
  }

  private void message(int opcode, ByteBuf payload) {
    boolean admitted = false;
    try {
      admitted = admit(payload.readableBytes());
    } finally {
      if (!admitted) {
        payload.release();
      }
    }
    if (admitted) {
      admitted(opcode, payload);
    }
  }

  private void message(int opcode, byte[] payload) {
    if (admit(payload.length)) {
      admitted(opcode, Unpooled.wrappedBuffer(payload));
    }
  }

  private void admitted(int opcode, ByteBuf payload) {
    if (queue == null && payload.readableBytes() <= terms.options().fragmentBytes()) {
      framer.message(opcode, payload);
    } else {
      queue().add(opcode, payload.slice()); // a view's indices are reset after the call
    }
  }

  private SendQueue queue() {
    SendQueue known = queue;
    if (known == null) {
      known = new SendQueue(state.loop, framer, sendBuffer, terms.options().fragmentBytes(), this);
      queue = known;
    }
    return known;
  }

  @Override
  public void sendPrepared(Prepared message) {
    if (admit(message.payloadBytes())) {
      SendQueue before = queue;
      if (before == null) {
        framer.message(message);
      } else {
        before.add(message.opcode(), Framer.payload(message));
      }
    }
  }

  @Override
  public void send(StreamedMessage message) {
    confined();
    if (closeHandshake.isOpen()) {
      queue().add(message);
    } else {
      message.unsent("connection: " + readyState() + " (expected: OPEN)");
    }
  }

  @Override
  public void drained() {
    queue = null;
    execute(this::progressed); // a stream's reserved bytes are free again
  }

  @Override
  public void cutShort() {
    close(Closing.INTERNAL_ERROR, "a stream was cut short");
  }

  /**
   * Drops what waits, because only a close frame may follow, or nothing. May be called inside a
   * send.
   */
  void sendsNoMore() {
    SendQueue left = queue;
    if (left != null) {
      queue = null;
      left.stop();
      execute(left::drop);
    }
  }

  @Override
  public void sendPing(byte[] payload) {
    control(Opcode.PING, payload);
  }

  @Override
  public void sendPong(byte[] payload) {
    control(Opcode.PONG, payload);
  }

  private void control(int opcode, byte[] payload) {
    if (payload.length > Frames.MAX_CONTROL) {
      throw new IllegalArgumentException(
          "payload: " + payload.length + " bytes (expected: at most " + Frames.MAX_CONTROL + ")");
    }
    if (admit(payload.length)) {
      framer.control(opcode, Unpooled.wrappedBuffer(payload));
    }
  }

  @Override
  public void whenWritten(Consumer<@Nullable Throwable> done) {
    confined();
    SendQueue before = queue;
    if (before == null) {
      sendBuffer.whenWritten(done);
    } else {
      before.add(done);
    }
  }

  @Override
  public long pendingBytes() {
    confined();
    long pending = pending();
    if (pending >= terms.options().maxPendingBytes() >> 1) {
      wantsWritable = true; // the caller may wait for it
    }
    return pending;
  }

  private long pending() {
    SendQueue waiting = queue;
    return sendBuffer.pending() + (waiting == null ? 0 : waiting.bytes());
  }

  private void confined() {
    if (!state.loop.inEventLoop()) {
      throw new IllegalStateException(
          "thread: "
              + Thread.currentThread().getName()
              + " (expected: the connection's event loop, see execute)");
    }
  }

  /** Whether this many more bytes may be sent; asks the listener if they exceed the limit. */
  boolean admit(int bytes) {
    confined();
    if (!closeHandshake.isOpen()) {
      return false;
    }
    int limit = terms.options().maxPendingBytes();
    long after = pending() + bytes;
    if (after >= limit >> 1) {
      wantsWritable = true;
      if (after > limit) {
        sendBuffer.makeRoom();
        return pending() + bytes <= limit || overflow(bytes);
      }
    }
    return true;
  }

  private boolean overflow(int bytes) {
    wantsWritable = true;
    Overflow answer = owner.overflow(bytes);
    if (answer == Overflow.CLOSE && closeHandshake.isOpen()) {
      closeHandshake.fail(Closing.SLOW_READER, "too slow a reader");
    }
    return false;
  }

  /** Tells the listener, once, that it may send again, if enough has been written. */
  void progressed() {
    if (wantsWritable && pending() <= terms.options().maxPendingBytes() >> 2) {
      wantsWritable = false;
      if (closeHandshake.isOpen()) {
        owner.writable();
      }
    }
  }

  // Reading

  @Override
  public void pauseReading() {
    confined();
    if (closeHandshake.isOpen()) {
      receiveQueue.pause();
    }
  }

  @Override
  public void resumeReading() {
    confined();
    receiveQueue.resume();
  }

  // Closing

  @Override
  public void close(int code, String reason) {
    confined();
    closeHandshake.close(Closing.payload(code, reason));
  }

  @Override
  public void closeWhenDone(int code, String reason) {
    confined();
    CloseCode.requireSendable(code);
    closeHandshake.closeWhenDone(code, reason);
  }

  @Override
  public void terminate() {
    confined();
    owner.terminate();
  }

  // Facts

  @Override
  public EventLoop eventLoop() {
    return state.loop;
  }

  @Override
  public void execute(Runnable task) {
    try {
      state.loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("task dropped: the event loop has ended", e);
    }
  }

  @Override
  public @Nullable String subprotocol() {
    return terms.subprotocol();
  }

  @Override
  public String extensions() {
    return terms.extensions();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return terms.remoteAddress();
  }

  @Override
  public ReadyState readyState() {
    return closeHandshake.readyState();
  }

  @Override
  public String toString() {
    return "WebSocket[" + remoteAddress() + ", " + readyState() + "]";
  }
}
