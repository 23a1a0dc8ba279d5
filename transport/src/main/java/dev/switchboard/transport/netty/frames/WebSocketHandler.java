package dev.switchboard.transport.netty.frames;

import dev.switchboard.protocol.wire.Heartbeat;
import dev.switchboard.transport.Overflow;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.netty.io.LoopState;
import dev.switchboard.transport.netty.io.SendBuffer;
import dev.switchboard.transport.netty.io.SocketClose;
import dev.switchboard.transport.netty.io.Sweeper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Netty handler of a WebSocket after its handshake; apart from TLS, the only handler of its
 * channel. Confined to its loop.
 *
 * <p>It passes events of the channel to the classes that handle them: {@link ReceiveQueue} for
 * reading, {@link SendBuffer} for writing, {@link CloseHandshake} for the end. Users call {@link
 * WebSocketConnection}. The handler has no state machine of its own: the connection's state is that
 * of its close handshake, and messages are delivered only while it {@link CloseHandshake#hears}.
 * All calls to the listener are made here, one at a time, and one that throws fails the connection
 * with 1011.
 *
 * <p>Only the sweeper's clock is read, so a connection costs no timer. Anything received counts as
 * a sign of life; while reading is paused, silence means nothing and the heartbeat waits.
 */
public final class WebSocketHandler extends ChannelInboundHandlerAdapter
    implements FrameReader.Sink,
        ReceiveQueue.Owner,
        SendBuffer.Owner,
        CloseHandshake.Owner,
        WebSocketConnection.Owner,
        Sweeper.Swept {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);

  private static final WebSocketListener SILENT = new WebSocketListener() {};

  private final Terms terms;
  private final LoopState state;
  private final ChannelHandlerContext ctx;
  private final SendBuffer sendBuffer;
  private final Framer framer;
  private final ReceiveQueue receiveQueue;
  private final CloseHandshake closeHandshake;
  private final WebSocketConnection webSocket;
  private WebSocketListener listener = SILENT; // silent until start

  private int slot = -1; // the sweeper's index of this
  private long lastHeard; // last time anything came, by the sweeper's clock
  private long pinged = Heartbeat.NOT_PINGED; // time of the ping that is unanswered

  private WebSocketHandler(Terms terms, LoopState state, ChannelHandlerContext before) {
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
    this.webSocket =
        new WebSocketConnection(
            terms, state, sendBuffer, framer, receiveQueue, closeHandshake, this);
  }

  /**
   * Turns a channel into a WebSocket, replacing the handler that did the handshake.
   *
   * @param before that handler's context
   * @param first bytes to send before any frame; taken over
   */
  public static WebSocketHandler open(Terms terms, ChannelHandlerContext before, ByteBuf first) {
    LoopState state = LoopState.of(before.channel().eventLoop());
    WebSocketHandler connection = new WebSocketHandler(terms, state, before);
    state.sweeper.add(connection);
    connection.sendBuffer.raw(first);
    return connection;
  }

  /** Creates the listener, then reads the bytes that came with the handshake. */
  public void start(
      Function<WebSocket, WebSocketListener> listeners, ByteBuf early, Runnable opened) {
    try {
      listener = listeners.apply(webSocket);
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

  /** Returns this handler's context in its channel. */
  public ChannelHandlerContext context() {
    return ctx;
  }

  /** Returns the object that users call. */
  public WebSocket webSocket() {
    return webSocket;
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

  /** See {@link ReceiveQueue#startAfter}. */
  public void startReading(boolean inputEnded) {
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
    LOG.error("listener of {} failed; closing with 1011", terms.remoteAddress(), cause);
    closeHandshake.fail(Closing.INTERNAL_ERROR, "internal error");
  }

  @Override
  public void text(ByteBuf view) {
    if (closeHandshake.hears()) {
      listener.onText(view);
    }
  }

  @Override
  public void binary(ByteBuf view) {
    if (closeHandshake.hears()) {
      listener.onBinary(view);
    }
  }

  @Override
  public void fragment(ByteBuf view, boolean last) {
    if (closeHandshake.hears()) {
      listener.onFragment(view, last);
    }
  }

  @Override
  public void ping(ByteBuf view) {
    if (closeHandshake.isOpen() && webSocket.admit(view.readableBytes())) {
      framer.control(Opcode.PONG, view.retain());
      if (closeHandshake.hears()) {
        listener.onPing(view);
      }
    }
  }

  @Override
  public void pong(ByteBuf view) {
    if (closeHandshake.hears()) {
      listener.onPong(view);
    }
  }

  // Writing

  @Override
  public void progressed() {
    closeHandshake.tellFailure();
    webSocket.progressed();
  }

  @Override
  public Overflow overflow(int bytes) {
    try {
      return listener.onOverflow(bytes);
    } catch (RuntimeException | Error e) {
      broken(e);
      return Overflow.CLOSE;
    }
  }

  @Override
  public void writable() {
    try {
      listener.onWritable();
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  @Override
  public void writeFailed(Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("what {} was to get could not be sent; ending it", terms.remoteAddress(), cause);
    }
    SocketClose.now(ctx);
  }

  // Closing

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
      webSocket.execute(receiveQueue::resume);
    }
  }

  @Override
  public void sendsNoMore() {
    webSocket.sendsNoMore();
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
      LOG.error("listener of {} failed in onClose", terms.remoteAddress(), e);
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
    LOG.debug("connection of {} broke", terms.remoteAddress(), cause);
    SocketClose.now(ctx);
  }

  @Override
  public void terminate() {
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
        // A paused connection can't receive a sign of life.
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

  @Override
  public Object owner() {
    return terms.owner();
  }

  @Override
  public String toString() {
    return webSocket.toString();
  }
}
