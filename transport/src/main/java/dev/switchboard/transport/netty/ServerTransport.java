package dev.switchboard.transport.netty;

import dev.switchboard.transport.BindFailedException;
import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.IoKind;
import dev.switchboard.transport.ServerTransportOptions;
import dev.switchboard.transport.netty.http.HttpConnection;
import dev.switchboard.transport.netty.http.HttpSetup;
import dev.switchboard.transport.netty.http.PendingResponses;
import dev.switchboard.transport.netty.http.ProxyHeaderReader;
import dev.switchboard.transport.netty.io.Sockets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that listens on a port. Thread-safe. */
public final class ServerTransport implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  private final Loops loops;
  private final HttpSetup setup;
  private final Channel listening;
  private final InetSocketAddress localAddress;

  private ServerTransport(Loops loops, HttpSetup setup, Channel listening) {
    this.loops = loops;
    this.setup = setup;
    this.listening = listening;
    this.localAddress = (InetSocketAddress) listening.localAddress();
  }

  /**
   * Binds the port and starts accepting connections. Blocks until the port is bound.
   *
   * @throws BindFailedException if the port is in use or the address is not this machine's
   */
  public static ServerTransport bind(
      ServerTransportOptions options, Loops loops, HttpHandler handler) {
    HttpSetup setup = new HttpSetup(options, handler, new AtomicInteger(), new PendingResponses());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(Sockets.server(loops.kind()))
            .option(ChannelOption.SO_BACKLOG, options.backlog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(new Accepting(setup, loops.kind()))
            .bind(new InetSocketAddress(options.host(), options.port()))
            .awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw new BindFailedException(
          "cannot listen on " + options.host() + ":" + options.port() + ": " + cause.getMessage(),
          cause);
    }
    return new ServerTransport(loops, setup, bound.channel());
  }

  /** Returns the bound address, with the actual port if 0 was requested. */
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  /** Returns the number of open connections of every kind. */
  public int connections() {
    return setup.open().get();
  }

  /** Stops accepting connections. Existing ones stay open, those of HTTP for one response. */
  public void stopAccepting() {
    setup.responses().lastOnes();
    ChannelFuture closed = listening.close();
    if (!listening.eventLoop().inEventLoop()) {
      closed.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /**
   * Blocks until the HTTP requests that were received are answered, and the answers written, or
   * until the deadline, in terms of {@link System#nanoTime}.
   */
  public void awaitResponses(long deadlineNanos) throws InterruptedException {
    setup.responses().await(deadlineNanos);
  }

  /**
   * Stops accepting and ends every connection at once; the loops keep running. Blocks up to 5 s,
   * unless called on a loop.
   */
  @Override
  public void close() {
    stopAccepting();
    List<Future<?>> ended = new ArrayList<>();
    boolean onLoop = false;
    for (var executor : loops.group()) {
      var loop = (io.netty.channel.EventLoop) executor;
      onLoop |= loop.inEventLoop();
      if (!loop.isShuttingDown()) {
        ended.add(loop.submit(() -> Sockets.terminate(loop, setup)));
      }
    }
    if (!onLoop) {
      ended.forEach(one -> one.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS));
    }
  }

  private static final class Accepting extends ChannelInitializer<Channel> {
    private final HttpSetup setup;
    private final IoKind kind;

    Accepting(HttpSetup setup, IoKind kind) {
      this.setup = setup;
      this.kind = kind;
    }

    @Override
    protected void initChannel(Channel channel) {
      AtomicInteger open = setup.open();
      open.incrementAndGet();
      channel.closeFuture().addListener(closed -> open.decrementAndGet());
      if (setup.beyondSlack()) {
        channel.unsafe().closeForcibly();
        return;
      }
      var tls = setup.options().tls();
      Sockets.prepare(channel, kind, tls != null);
      var remote = (InetSocketAddress) channel.remoteAddress();
      if (remote != null && setup.options().proxyProtocol().test(remote)) {
        channel
            .pipeline()
            .addLast(new ProxyHeaderReader(setup.options().http().headTimeout().toMillis()));
      }
      if (tls != null) {
        SslHandler handler = tls.get().newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(setup.options().http().headTimeout().toMillis());
        channel.pipeline().addLast(handler);
      }
      channel.pipeline().addLast(new HttpConnection(setup, tls != null));
    }
  }
}
