package dev.switchboard.transport.internal;

import dev.switchboard.protocol.wire.Heartbeat;
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
final class WebSocketConnection extends ChannelInboundHandlerAdapter
    implements WebSocket,
        FrameReader.Sink,
        ReceiveQueue.Owner,
        SendBuffer.Owner,
        CloseHandshake.Owner,
        Sweeper.Swept {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private static final WebSocketListener SILENT = new WebSocketListener() {};

  private final Terms terms;
  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final SendBuffer sendBuffer;
  private final Framer framer;
  private final ReceiveQueue receiveQueue;
  private final CloseHandshake closeHandshake;
  private WebSocketListener listener = SILENT;
  private boolean wantsWritable;

  private int slot = -1;
  private long lastHeard;
  private long pinged = Heartbeat.NOT_PINGED;

  private WebSocketConnection(Terms terms, LoopState state, ChannelHandlerContext before) {
    this.terms = terms;
    this.state = state;
    this.lastHeard = state.sweeper.now();
    before.pipeline().replace(before.handler(), null, this);
    this.ctx = before.pipeline().context(this);
    DeflateTerms deflate = terms.deflate();
    this.sendBuffer = new SendBuffer(state, ctx, this, !terms.secure(), terms.options().batching());
    this.framer =
        new Framer(
            sendBuffer,
            ctx.alloc(),
            terms.client() ? new MaskSource() : null,
            deflate == null ? null : new Compressor(deflate, state));
    this.receiveQueue = new ReceiveQueue(ctx, this, reader(false));
    this.closeHandshake = new CloseHandshake(terms, state, ctx, sendBuffer, framer, this);
  }

  /**
   * Makes a channel a WebSocket in place of the handler that did the handshake.
   *
   * @param before that handler's context
   * @param first bytes to be sent before any frame; taken over
   */
  static WebSocketConnection open(Terms terms, ChannelHandlerContext before, ByteBuf first) {
    LoopState state = LoopState.of(before.channel().eventLoop());
    WebSocketConnection connection = new WebSocketConnection(terms, state, before);
    state.sweeper.add(connection);
    connection.sendBuffer.raw(first);
    return connection;
  }

  /** Asks for the listener, then reads what came with the handshake. */
  void start(Function<WebSocket, WebSocketListener> listeners, ByteBuf early, Runnable opened) {
    try {
      listener = listeners.apply(this);
      if (listener.wantsFragments()) {
        receiveQueue.reader(reader(true));
      }
    } catch (RuntimeException | Error e) {
      broken(e);
    }
    opened.run();
    if (early.isReadable()) {
      channelRead(ctx, early.retain());
    }
    sendBuffer.drain();
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
    state.reading(sendBuffer);
    try {
      receiveQueue.receive(in);
    } finally {
      in.release();
      state.reading(null);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    sendBuffer.afterRead();
  }

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

  /** See {@link ReceiveQueue#startAfter}. */
  void startReading(boolean inputEnded) {
    receiveQueue.startAfter(inputEnded);
  }

  @Override
  public boolean paused() {
    return receiveQueue.isPaused();
  }

  @Override
  public void afterRead() {
    sendBuffer.afterRead();
  }

  @Override
  public void readsAgain() {
    lastHeard = state.sweeper.now();
  }

  @Override
  public void inputEnded() {
    closeHandshake.inputEnded();
  }

  @Override
  public void broken(Throwable cause) {
    LOG.error("listener of {} failed; closing with 1011", remoteAddress(), cause);
    closeHandshake.fail(Closing.INTERNAL_ERROR, "internal error");
  }

  @Override
  public void text(ByteBuf view) {
    if (closeHandshake.isOpen()) {
      listener.onText(view);
    }
  }

  @Override
  public void binary(ByteBuf view) {
    if (closeHandshake.isOpen()) {
      listener.onBinary(view);
    }
  }

  @Override
  public void fragment(ByteBuf view, boolean last) {
    if (closeHandshake.isOpen()) {
      listener.onFragment(view, last);
    }
  }

  @Override
  public void ping(ByteBuf view) {
    if (closeHandshake.isOpen() && admit(view.readableBytes())) {
      framer.control(Opcode.PONG, view.retain());
      listener.onPing(view);
    }
  }

  @Override
  public void pong(ByteBuf view) {
    if (closeHandshake.isOpen()) {
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
      framer.message(opcode, payload);
    }
  }

  private void message(int opcode, byte[] payload) {
    if (admit(payload.length)) {
      framer.message(opcode, Unpooled.wrappedBuffer(payload));
    }
  }

  @Override
  public void sendPrepared(Prepared message) {
    if (admit(message.payloadBytes())) {
      framer.message(message);
    }
  }

  @Override
  public void sendFragment(boolean text, ByteBuf piece, boolean last) {
    boolean admitted = false;
    try {
      framer.checkFragment(text);
      admitted = admit(piece.readableBytes());
    } finally {
      if (!admitted) {
        piece.release();
      }
    }
    if (admitted) {
      framer.fragment(text, piece, last);
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
    sendBuffer.whenWritten(done);
  }

  @Override
  public long pendingBytes() {
    confined();
    long pending = framer.pending();
    if (pending >= terms.options().maxPendingBytes() >> 1) {
      wantsWritable = true; // who asks may wait for it
    }
    return pending;
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
    if (!closeHandshake.isOpen()) {
      return false;
    }
    int limit = terms.options().maxPendingBytes();
    long after = framer.pending() + bytes;
    if (after >= limit >> 1) {
      wantsWritable = true;
      if (after > limit) {
        sendBuffer.makeRoom();
        return framer.pending() + bytes <= limit || overflow(bytes);
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
    if (answer == Overflow.CLOSE && closeHandshake.isOpen()) {
      closeHandshake.fail(Closing.SLOW_READER, "too slow a reader");
    }
    return false;
  }

  @Override
  public void progressed() {
    closeHandshake.tellFailure();
    if (wantsWritable && framer.pending() <= terms.options().maxPendingBytes() >> 2) {
      wantsWritable = false;
      if (closeHandshake.isOpen()) {
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
    closeHandshake.close(Closing.payload(code, reason));
  }

  @Override
  public void terminate() {
    confined();
    SocketClose.now(ctx);
  }

  @Override
  public void closing(int code, String reason) {
    closeHandshake.closedByPeer(code, reason);
  }

  @Override
  public void violation(int code, String reason) {
    closeHandshake.violated(code, reason);
  }

  @Override
  public void ending(Runnable end) {
    try {
      listener.onEnding(end);
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  @Override
  public void awaitAnswer() {
    if (receiveQueue.isPaused()) {
      execute(receiveQueue::resume);
    }
  }

  @Override
  public void readNoMore() {
    receiveQueue.stop();
  }

  @Override
  public void ended(int code, String reason, boolean clean) {
    try {
      listener.onClose(code, reason, clean);
    } catch (RuntimeException | Error e) {
      LOG.error("listener of {} failed in onClose", remoteAddress(), e);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      receiveQueue.end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state.sweeper.remove(this);
    receiveQueue.release();
    closeHandshake.gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection of {} broke", remoteAddress(), cause);
    SocketClose.now(ctx);
  }

  @Override
  public void writeFailed(Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("what {} was to get could not be sent; ending it", remoteAddress(), cause);
    }
    SocketClose.now(ctx);
  }

  // Time

  @Override
  public void sweep(long now) {
    if (closeHandshake.sweep(now)) {
      return;
    }
    Heartbeat heartbeat = terms.heartbeat();
    if (heartbeat != null && closeHandshake.isOpen()) {
      if (!ctx.channel().config().isAutoRead()) {
        // Who does not read can't hear.
        lastHeard = now;
        return;
      }
      switch (heartbeat.at(now, lastHeard, pinged)) {
        case WAIT -> {}
        case PING -> {
          pinged = now;
          framer.control(Opcode.PING, Unpooled.EMPTY_BUFFER);
        }
        case GIVE_UP -> giveUp();
      }
    }
  }

  private void giveUp() {
    closeHandshake.fail(Closing.NO_HEARTBEAT, "no answer to ping");
    sendBuffer.drain();
    SocketClose.now(ctx);
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
    return closeHandshake.readyState();
  }

  @Override
  public String toString() {
    return "WebSocket[" + remoteAddress() + ", " + readyState() + "]";
  }
}
