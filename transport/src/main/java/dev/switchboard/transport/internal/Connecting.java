package dev.switchboard.transport.internal;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect: the name off the loop, then each of its addresses in turn, then TLS and
 * the upgrade. Confined to its loop.
 */
public final class Connecting {
  private final ClientConnect request;
  private final EventLoop loop;
  private final Function<WebSocket, WebSocketListener> listeners;
  private final CompletableFuture<WebSocket> result = new CompletableFuture<>();
  private @Nullable Channel current;

  private Connecting(
      ClientConnect request, EventLoop loop, Function<WebSocket, WebSocketListener> listeners) {
    this.request = request;
    this.loop = loop;
    this.listeners = listeners;
  }

  /** Starts an attempt. */
  public static CompletableFuture<WebSocket> start(
      ClientConnect request, EventLoop loop, Function<WebSocket, WebSocketListener> listeners) {
    Connecting attempt = new Connecting(request, loop, listeners);
    try {
      ScheduledFuture<?> timer =
          loop.schedule(attempt::late, request.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
      var unusedResult = attempt.result.whenComplete((socket, failure) -> timer.cancel(false));
      Thread unused = Thread.ofVirtual().name("switchboard-resolve").start(attempt::resolve);
    } catch (RejectedExecutionException e) {
      attempt.fail(HandshakeException.Kind.NETWORK, "event loop: has ended", e);
    }
    return attempt.result;
  }

  private void resolve() {
    String host = request.uri().getHost();
    try {
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      InetAddress[] addresses = InetAddress.getAllByName(bare);
      loop.execute(() -> connect(addresses, 0));
    } catch (UnknownHostException e) {
      fail(HandshakeException.Kind.NETWORK, "host: " + host + " (no such name)", e);
    } catch (RejectedExecutionException e) {
      fail(HandshakeException.Kind.NETWORK, "event loop: has ended", e);
    }
  }

  private void connect(InetAddress[] addresses, int index) {
    if (result.isDone()) {
      return;
    }
    var kind = Sockets.kind(loop);
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(Sockets.client(kind))
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) throws SSLException {
                    Sockets.prepare(channel, kind, request.secure());
                    if (request.secure()) {
                      channel.pipeline().addLast(tls(channel));
                    }
                    channel.pipeline().addLast(new ClientHandshake(request, listeners, result));
                  }
                })
            .connect(new InetSocketAddress(addresses[index], request.port()));
    current = connected.channel();
    ChannelFuture unused =
        connected.addListener(done -> {
          if (!done.isSuccess() && index + 1 < addresses.length) {
            connect(addresses, index + 1);
          } else if (!done.isSuccess()) {
            Throwable cause = done.cause();
            fail(HandshakeException.Kind.NETWORK, "connect: " + cause.getMessage(), cause);
          }
        });
  }

  private SslHandler tls(Channel channel) throws SSLException {
    var supplier = request.tls();
    SslContext context = supplier == null ? Trusted.CONTEXT : supplier.get();
    SslHandler handler =
        context.newHandler(channel.alloc(), request.uri().getHost(), request.port());
    var engine = handler.engine();
    var parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  private void late() {
    fail(
        HandshakeException.Kind.TIMEOUT,
        "connect: not done within " + request.connectTimeout(),
        null);
    Channel channel = current;
    if (channel != null) {
      ChannelFuture unused = channel.close();
    }
  }

  private void fail(HandshakeException.Kind kind, String message, @Nullable Throwable cause) {
    result.completeExceptionally(new HandshakeException(kind, message, cause));
  }

  /** The JDK's trusted certificates, read once. */
  private static final class Trusted {
    static final SslContext CONTEXT = context();

    private static SslContext context() {
      try {
        return SslContextBuilder.forClient().build();
      } catch (SSLException e) {
        throw new IllegalStateException("TLS: the JDK has none", e);
      }
    }
  }
}
