package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.netty.frames.WebSocketHandler;
import dev.switchboard.transport.netty.io.LoopState;
import dev.switchboard.transport.netty.io.SocketClose;
import dev.switchboard.transport.netty.io.Sweeper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server connection while it speaks HTTP/1.1: it handles one request at a time, until it ends or
 * becomes a WebSocket. Confined to its loop.
 *
 * <p>{@code Phase} goes from reading a head, to reading a body if there is one, to answering, and
 * back to a head if the connection is kept alive. From any phase it may go to ending, which is
 * final: a last response is flushed and input is dropped until the peer closes or the linger time
 * is over. An upgrade takes this handler out of the pipeline while it is answering; what comes
 * later goes to the WebSocket.
 *
 * <p>Bytes that arrive while a request is being answered are held, and once there are some the
 * socket is not read until the answer, so TCP backpressure slows the client. Pipelined requests are
 * therefore answered in order, and a frame sent along with the handshake is not lost. {@code
 * working} keeps an answer given inside the handler from taking up the next request in a nested
 * call.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter implements Sweeper.Swept {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final long LINGER_MILLIS = 2_000;
  private static final byte[] NO_BODY = {};

  private enum Phase {
    /** Waiting for a head, or the rest of one. */
    HEAD,
    BODY,
    /** The handler has the request. */
    ANSWERING,
    /** The last response was given; input is dropped. */
    ENDING
  }

  private final HttpSetup setup;
  private final boolean secure;
  private final RequestReader requests;

  /** Null before the handler is added and after an upgrade. */
  private @Nullable ChannelHandlerContext ctx;

  /** Set when the handler is added. */
  private @Nullable LoopState state;

  /** The phase of the current request. */
  private Phase phase = Phase.HEAD;

  private boolean working; // whether requests are being parsed

  /** Whether the client has ended its side of the stream. */
  private boolean inputEnded;

  private @Nullable ByteBuf waiting; // bytes received during an answer

  /** The WebSocket that this connection has become. */
  private @Nullable WebSocketHandler upgraded;

  private long deadline; // by the sweeper's clock; 0 for none
  private int slot = -1; // the sweeper's index of this

  /** Creates the handler of one server connection. */
  public HttpConnection(HttpSetup setup, boolean secure) {
    this.setup = setup;
    this.secure = secure;
    this.requests = new RequestReader(setup.options().http());
  }

  private ChannelHandlerContext ctx() {
    return added(ctx);
  }

  private LoopState state() {
    return added(state);
  }

  private static <T> T added(@Nullable T part) {
    return Objects.requireNonNull(part, "connection: not yet in a pipeline");
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    LoopState loop = LoopState.of(context.channel().eventLoop());
    state = loop;
    loop.sweeper.add(this);
    due(setup.options().http().headTimeout());
  }

  private void due(Duration time) {
    deadline = state().sweeper.now() + time.toMillis();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (phase == Phase.ENDING) {
        return;
      }
      ByteBuf kept = waiting;
      if (kept != null) {
        kept.writeBytes(in);
      } else {
        work(in);
        if (isLeft(in)) {
          waiting = context.alloc().buffer(in.readableBytes()).writeBytes(in);
        }
        kept = waiting;
      }
      if (phase == Phase.ANSWERING) {
        if (kept != null) {
          context.channel().config().setAutoRead(false);
        }
      } else if (kept != null) {
        workKept();
      }
    } finally {
      in.release();
    }
  }

  /**
   * Passes leftover bytes to the WebSocket this has become. Returns whether bytes are left for the
   * next request.
   */
  private boolean isLeft(ByteBuf in) {
    if (!in.isReadable() || phase == Phase.ENDING) {
      return false;
    }
    WebSocketHandler successor = upgraded;
    if (successor != null) {
      successor.channelRead(successor.context(), in.retain());
      return false;
    }
    return true;
  }

  private void workKept() {
    ByteBuf kept = waiting;
    if (kept == null) {
      return;
    }
    waiting = null;
    work(kept);
    if (isLeft(kept)) {
      kept.discardReadBytes();
      waiting = kept;
    } else {
      kept.release();
    }
  }

  /** Parses requests as long as there are complete ones and none is being answered. */
  private void work(ByteBuf in) {
    if (working) {
      return;
    }
    working = true;
    try {
      boolean more = true;
      while (more) {
        more = phase == Phase.HEAD ? head(in) : phase == Phase.BODY && body(in);
      }
    } catch (Refusal refusal) {
      refuse(refusal.response());
    } finally {
      working = false;
    }
    if (ctx != null) {
      ctx.flush();
    }
  }

  private boolean head(ByteBuf in) {
    if (!in.isReadable()) {
      return false;
    }
    if (requests.beginsAnew()) {
      due(setup.options().http().headTimeout());
    }
    RequestHead parsed = requests.readHead(in, state().recent);
    if (parsed == null) {
      return false;
    }
    if (setup.crowded()) {
      refuse(HttpResponse.text(503, "connections: too many\n").with("Retry-After", "5"));
      if (UpgradeRules.intended(parsed.headers())) {
        setup.handler().overloaded(parsed.request(ctx().channel(), secure, NO_BODY));
      }
      return false;
    }
    long length = parsed.bodyLength();
    if (length == 0) {
      request(parsed, NO_BODY);
      return true;
    }
    HttpResponse refused = setup.handler().refuse(parsed.request(ctx().channel(), secure, NO_BODY));
    if (refused != null) {
      refuse(refused);
      return false;
    }
    requests.startBody(length);
    phase = Phase.BODY;
    due(setup.options().http().bodyTimeout());
    if (parsed.expectsContinue() && !in.isReadable()) {
      ChannelFuture unused = ctx().writeAndFlush(ResponseWriter.proceed(ctx().alloc()));
    }
    return true;
  }

  private boolean body(ByteBuf in) {
    RequestHead parsed = requests.head();
    byte[] bytes = requests.readBody(in);
    if (parsed == null || bytes == null) {
      return false;
    }
    request(parsed, bytes);
    return true;
  }

  private void request(RequestHead parsed, byte[] bytes) {
    phase = Phase.ANSWERING;
    setup.responses().begin();
    deadline = 0;
    boolean upgrade = UpgradeRules.intended(parsed.headers());
    if (upgrade) {
      HttpResponse refused = UpgradeRules.check(parsed);
      if (refused != null) {
        answer(parsed, refused);
        return;
      }
    }
    HttpRequest request = parsed.request(ctx().channel(), secure, bytes);
    Exchange exchange = new Exchange(this, parsed, request, upgrade, ctx().channel().eventLoop());
    try {
      setup.handler().handle(exchange);
    } catch (RuntimeException | Error e) {
      LOG.error("handler failed for {}", request, e);
      exchange.failed();
    }
  }

  /** Sends a response; called on the loop. */
  void answer(RequestHead asked, HttpResponse response) {
    if (phase != Phase.ANSWERING || ctx == null) {
      return;
    }
    boolean keep = asked.keepsAlive() && !inputEnded && !setup.responses().areLast();
    write(asked, response, keep).addListener(written -> setup.responses().end());
    requests.answered();
    if (!keep) {
      end();
      return;
    }
    phase = Phase.HEAD;
    due(setup.options().http().keepAliveTimeout());
    if (!working) {
      workKept();
      ctx().flush();
    }
    if (phase == Phase.HEAD && !ctx().channel().config().isAutoRead()) {
      ctx().channel().config().setAutoRead(true);
    }
  }

  /** Turns the connection into a WebSocket; called on the loop. */
  void upgrade(HttpRequest request, Upgrade upgrade) {
    ChannelHandlerContext context = ctx;
    if (phase != Phase.ANSWERING || context == null || !context.channel().isActive()) {
      upgrade.abandoned().run();
      return;
    }
    ByteBuf early = waiting;
    waiting = null;
    ctx = null;
    setup.responses().end();
    WebSocketHandler connection = ServerHandshake.complete(setup, request, upgrade, context);
    upgraded = connection;
    connection.start(upgrade.listener(), early == null ? Unpooled.EMPTY_BUFFER : early, () -> {});
    if (early != null) {
      early.release();
    }
    connection.startReading(inputEnded);
  }

  private void refuse(HttpResponse response) {
    ChannelFuture unused = write(requests.head(), response, false);
    end();
  }

  private ChannelFuture write(@Nullable RequestHead asked, HttpResponse response, boolean keep) {
    boolean noBody = asked != null && asked.method().equals("HEAD");
    boolean http11 = asked == null || asked.http11();
    HttpResponse whole = response.withDefaults(setup.handler().defaultHeaders(secure));
    return ctx().write(ResponseWriter.response(ctx().alloc(), whole, noBody, http11, keep));
  }

  private void end() {
    phase = Phase.ENDING;
    deadline = state().sweeper.now() + LINGER_MILLIS;
    ctx().channel().config().setAutoRead(true);
    ChannelFuture unused =
        ctx()
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(done -> SocketClose.half(ctx(), secure || inputEnded));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      if (phase != Phase.ANSWERING) {
        ChannelFuture unused =
            context
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(done -> SocketClose.now(context));
      }
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    state().sweeper.remove(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (phase == Phase.ANSWERING) {
      setup.responses().end();
    }
    phase = Phase.ENDING;
    ByteBuf kept = waiting;
    waiting = null;
    if (kept != null) {
      kept.release();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection of {} broke", context.channel().remoteAddress(), cause);
    SocketClose.now(context);
  }

  @Override
  public void sweep(long now) {
    if (deadline == 0 || now < deadline) {
      return;
    }
    boolean half = (phase == Phase.HEAD || phase == Phase.BODY) && requests.isHalf();
    if (half) {
      refuse(HttpResponse.text(408, "request: not complete in time\n"));
      ctx().flush();
    } else {
      SocketClose.now(ctx());
    }
  }

  @Override
  public Object owner() {
    return setup;
  }

  @Override
  public void terminate() {
    if (ctx != null) {
      SocketClose.now(ctx);
    }
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public void slot(int index) {
    slot = index;
  }
}
