package dev.switchboard.transport.internal;

import dev.switchboard.protocol.internal.Heartbeat;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket after its handshake: the only handler of its channel (but TLS). Confined to its
 * loop.
 */
final class Connection extends ChannelInboundHandlerAdapter
    implements WebSocket, FrameReader.Sink, Outbox.Owner, Sweeper.Swept {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private static final WebSocketListener SILENT = new WebSocketListener() {};

  private final Terms terms;
  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final Outbox outbox;
  private FrameReader reader;
  private WebSocketListener listener = SILENT;

  private volatile ReadyState readyState = ReadyState.OPEN;
  private boolean paused;
  private boolean taking;
  private boolean inputEnded;
  private boolean told;
  private boolean wantsWritable;
  private boolean peerClosed;
  private @Nullable ByteBuf held;

  private int slot = -1;
  private long deadline;
  private long lastHeard;
  private long pinged = Heartbeat.NOT_PINGED;

  private Connection(Terms terms, LoopState state, ChannelHandlerContext before) {
    this.terms = terms;
    this.state = state;
    this.lastHeard = state.sweeper.now();
    before.pipeline().replace(before.handler(), null, this);
    this.ctx = before.pipeline().context(this);
    DeflateTerms deflate = terms.deflate();
    this.outbox =
        new Outbox(
            state,
            ctx,
            this,
            !terms.secure(),
            terms.client() ? new MaskSource() : null,
            deflate == null ? null : new Compressor(deflate, state),
            terms.options().batching());
    this.reader = reader(false);
  }

  /**
   * Makes a channel a WebSocket in place of the handler that did the handshake.
   *
   * @param before that handler's context
   * @param first bytes to be sent before any frame; taken over
   */
  static Connection open(Terms terms, ChannelHandlerContext before, ByteBuf first) {
    LoopState state = LoopState.of(before.channel().eventLoop());
    Connection connection = new Connection(terms, state, before);
    state.sweeper.add(connection);
    connection.outbox.raw(first);
    return connection;
  }

  /** Asks for the listener, then reads what came with the handshake. */
  void start(Function<WebSocket, WebSocketListener> listeners, ByteBuf early, Runnable opened) {
    try {
      listener = listeners.apply(this);
      if (listener.wantsFragments()) {
        reader = reader(true);
      }
    } catch (RuntimeException | Error e) {
      broken(e);
    }
    opened.run();
    if (early.isReadable()) {
      channelRead(ctx, early.retain());
    }
    outbox.drain();
  }

  ChannelHandlerContext context() {
    return ctx;
  }

  private FrameReader reader(boolean pieces) {
    DeflateTerms deflate = terms.deflate();
    return new FrameReader(
        this,
        ctx.alloc(),
        !terms.client(),
        pieces,
        terms.options().maxFrameBytes(),
        terms.options().maxMessageBytes(),
        deflate == null ? null : new Decompressor(deflate.peerTakesOver(), state));
  }

  // Reading

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    lastHeard = state.sweeper.now();
    pinged = Heartbeat.NOT_PINGED;
    state.reading(outbox);
    try {
      ByteBuf waiting = held;
      if (waiting != null) {
        waiting.writeBytes(in);
      } else {
        take(in);
        hold(in);
      }
    } finally {
      in.release();
      state.reading(null);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    outbox.afterRead();
  }

  private void take(ByteBuf in) {
    taking = true;
    try {
      reader.read(in);
    } catch (RuntimeException | Error e) {
      in.skipBytes(in.readableBytes());
      broken(e);
    } finally {
      taking = false;
    }
  }

  /** Keeps what may not be delivered yet and makes TCP push back. */
  private void hold(ByteBuf in) {
    if (in.isReadable() && paused) {
      held = ctx.alloc().directBuffer(in.readableBytes()).writeBytes(in);
      ctx.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void pauseReading() {
    confined();
    paused = readyState == ReadyState.OPEN;
  }

  @Override
  public void resumeReading() {
    confined();
    paused = false;
    if (taking) {
      return;
    }
    ByteBuf waiting = held;
    if (waiting != null) {
      take(waiting);
      if (waiting.isReadable()) {
        return;
      }
      held = null;
      waiting.release();
      outbox.afterRead();
    }
    if (inputEnded) {
      inputEnd();
    } else if (!ctx.channel().config().isAutoRead()) {
      lastHeard = state.sweeper.now();
      ctx.channel().config().setAutoRead(true);
    }
  }

  /**
   * Reading as it should be after a handshake that may have stopped it, or seen the end of the
   * input.
   */
  void resumeReading(boolean ended) {
    inputEnded = ended;
    if (!paused) {
      resumeReading();
    }
  }

  @Override
  public boolean paused() {
    return paused;
  }

  @Override
  public void text(ByteBuf view) {
    if (readyState == ReadyState.OPEN) {
      listener.onText(view);
    }
  }

  @Override
  public void binary(ByteBuf view) {
    if (readyState == ReadyState.OPEN) {
      listener.onBinary(view);
    }
  }

  @Override
  public void fragment(ByteBuf view, boolean last) {
    if (readyState == ReadyState.OPEN) {
      listener.onFragment(view, last);
    }
  }

  @Override
  public void ping(ByteBuf view) {
    if (readyState == ReadyState.OPEN && admit(view.readableBytes())) {
      outbox.control(Opcode.PONG, view.retain());
      listener.onPing(view);
    }
  }

  @Override
  public void pong(ByteBuf view) {
    if (readyState == ReadyState.OPEN) {
      listener.onPong(view);
    }
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
      outbox.message(opcode, payload);
    }
  }

  private void message(int opcode, byte[] payload) {
    if (admit(payload.length)) {
      outbox.message(opcode, Unpooled.wrappedBuffer(payload));
    }
  }

  @Override
  public void sendPrepared(Prepared message) {
    if (admit(message.payloadBytes())) {
      outbox.message(message);
    }
  }

  @Override
  public void sendFragment(boolean text, ByteBuf piece, boolean last) {
    boolean admitted = false;
    try {
      outbox.checkFragment(text);
      admitted = admit(piece.readableBytes());
    } finally {
      if (!admitted) {
        piece.release();
      }
    }
    if (admitted) {
      outbox.fragment(text, piece, last);
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
      outbox.control(opcode, Unpooled.wrappedBuffer(payload));
    }
  }

  @Override
  public void whenWritten(Consumer<@Nullable Throwable> done) {
    confined();
    outbox.whenWritten(done);
  }

  @Override
  public long pendingBytes() {
    confined();
    return outbox.pending();
  }

  private void confined() {
    if (!state.loop.inEventLoop()) {
      throw new IllegalStateException(
          "thread: "
              + Thread.currentThread().getName()
              + " (expected: the connection's event loop, see execute)");
    }
  }

  /** Whether so many bytes more may be sent. */
  private boolean admit(int bytes) {
    confined();
    if (readyState != ReadyState.OPEN) {
      return false;
    }
    int limit = terms.options().maxPendingBytes();
    long after = outbox.pending() + bytes;
    if (after > limit >> 1) {
      wantsWritable = true;
      if (after > limit) {
        outbox.drain();
        return outbox.pending() + bytes <= limit || overflow(bytes);
      }
    }
    return true;
  }

  private boolean overflow(int bytes) {
    wantsWritable = true;
    Overflow answer = Overflow.CLOSE;
    try {
      answer = listener.onOverflow(bytes);
    } catch (RuntimeException | Error e) {
      broken(e);
    }
    if (answer == Overflow.CLOSE && readyState == ReadyState.OPEN) {
      fail(Closing.SLOW_READER, "too slow a reader");
    }
    return false;
  }

  @Override
  public void progressed() {
    if (wantsWritable && outbox.pending() <= terms.options().maxPendingBytes() >> 2) {
      wantsWritable = false;
      if (readyState == ReadyState.OPEN) {
        try {
          listener.onWritable();
        } catch (RuntimeException | Error e) {
          broken(e);
        }
      }
    }
  }

  // Closing

  @Override
  public void close(int code, String reason) {
    confined();
    byte[] payload = Closing.payload(code, reason);
    if (readyState == ReadyState.OPEN) {
      sendClose(payload);
    }
  }

  private void sendClose(byte[] payload) {
    readyState = ReadyState.CLOSING;
    outbox.control(Opcode.CLOSE, Unpooled.wrappedBuffer(payload));
    if (paused) {
      paused = false;
      execute(this::resumeReading);
    }
    deadline = state.sweeper.now() + terms.options().closeTimeout().toMillis();
  }

  @Override
  public void terminate() {
    confined();
    Ending.now(ctx);
  }

  @Override
  public void closing(int code, String reason) {
    peerClosed = true;
    if (readyState == ReadyState.OPEN) {
      sendClose(code == Closing.NO_STATUS ? new byte[0] : Closing.payload(code, ""));
    }
    tell(code, reason, true);
    if (terms.client()) {
      // RFC 6455 §7.1.1: the server closes the socket first.
      deadline = state.sweeper.now() + terms.options().closeTimeout().toMillis();
    } else {
      hangUp();
    }
  }

  @Override
  public void violation(int code, String reason) {
    fail(code, reason);
  }

  /** Fails the connection (RFC 6455 §7.1.7). */
  private void fail(int code, String reason) {
    reader.release();
    if (readyState == ReadyState.OPEN) {
      sendClose(Closing.payload(code, Closing.fit(reason)));
    }
    tell(code, reason, false);
    hangUp();
  }

  private void broken(Throwable cause) {
    LOG.error("listener of {} failed; closing with 1011", remoteAddress(), cause);
    fail(Closing.INTERNAL_ERROR, "internal error");
  }

  /**
   * Ends our side once everything is written; the peer's bytes are read and dropped meanwhile, as a
   * reset could take our close frame with it.
   */
  private void hangUp() {
    deadline = state.sweeper.now() + terms.options().closeTimeout().toMillis();
    outbox.whenWritten(failed -> Ending.half(ctx, terms.secure() || inputEnded));
  }

  private void tell(int code, String reason, boolean clean) {
    if (!told) {
      told = true;
      try {
        listener.onClose(code, reason, clean);
      } catch (RuntimeException | Error e) {
        LOG.error("listener of {} failed in onClose", remoteAddress(), e);
      }
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      if (held == null || !paused) {
        inputEnd();
      }
    }
  }

  /** The peer will send nothing more: what it is owed is written, then the socket ends. */
  private void inputEnd() {
    outbox.drain();
    deadline = state.sweeper.now() + terms.options().closeTimeout().toMillis();
    outbox.whenWritten(failed -> Ending.now(ctx));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    readyState = ReadyState.CLOSED;
    state.sweeper.remove(this);
    reader.release();
    ByteBuf waiting = held;
    if (waiting != null) {
      held = null;
      waiting.release();
    }
    outbox.close(new IOException("the connection has ended"));
    tell(Closing.ABNORMAL, "", false);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection of {} broke", remoteAddress(), cause);
    Ending.now(ctx);
  }

  @Override
  public void writeFailed(Throwable cause) {
    Ending.now(ctx);
  }

  // Time

  @Override
  public void sweep(long now) {
    if (deadline != 0) {
      if (now >= deadline) {
        Ending.now(ctx);
      }
      return;
    }
    Heartbeat heartbeat = terms.heartbeat();
    if (heartbeat != null && readyState == ReadyState.OPEN) {
      if (!ctx.channel().config().isAutoRead()) {
        // Who does not read can't hear.
        lastHeard = now;
        return;
      }
      switch (heartbeat.at(now, lastHeard, pinged)) {
        case WAIT -> {}
        case PING -> {
          pinged = now;
          outbox.control(Opcode.PING, Unpooled.EMPTY_BUFFER);
        }
        case GIVE_UP -> giveUp();
      }
    }
  }

  private void giveUp() {
    fail(Closing.NO_HEARTBEAT, "no answer to ping");
    outbox.drain();
    Ending.now(ctx);
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public void slot(int index) {
    slot = index;
  }

  // Facts

  @Override
  public Object owner() {
    return terms.owner();
  }

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
    return readyState;
  }

  @Override
  public String toString() {
    return "WebSocket["
        + remoteAddress()
        + ", "
        + readyState
        + (peerClosed ? ", closed by the peer" : "")
        + "]";
  }
}
