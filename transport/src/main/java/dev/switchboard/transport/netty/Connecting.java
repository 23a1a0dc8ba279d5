package dev.switchboard.transport.netty;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.netty.http.ClientHandshake;
import dev.switchboard.transport.netty.http.ProxyHandshake;
import dev.switchboard.transport.netty.http.Trouble;
import dev.switchboard.transport.netty.io.Sockets;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect: resolves the name off the loop, tries its addresses with staggered
 * starts, then does the proxy handshake if there is a proxy, TLS and the upgrade. Confined to its
 * loop.
 */
final class Connecting {
  /** The delay before the next address is tried in parallel (RFC 8305 §8). */
  private static final long STAGGER_MILLIS = 250;

  private final ClientConnect request;
  private final EventLoop loop;
  private final Function<WebSocket, WebSocketListener> listeners;
  private final CompletableFuture<WebSocket> result = new CompletableFuture<>();
  private final Set<Channel> trying = new HashSet<>();

  /** The resolved addresses, in the order they are tried; on the loop. */
  private List<InetAddress> addresses = List.of();

  /** Index of the address to try next. */
  private int next;

  /** Whether a channel has connected; no other is taken after that. */
  private boolean won;

  /** Starts the next address after the delay. */
  private @Nullable ScheduledFuture<?> timer;

  private Connecting(
      ClientConnect request, EventLoop loop, Function<WebSocket, WebSocketListener> listeners) {
    this.request = request;
    this.loop = loop;
    this.listeners = listeners;
  }

  /** Starts an attempt. */
  static CompletableFuture<WebSocket> start(
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
    ProxyServer proxy = request.route().proxy();
    String host = ProxyHandshake.bare(proxy == null ? request.uri().getHost() : proxy.host());
    try {
      List<InetAddress> found = inTurns(request.route().resolver().resolve(host));
      loop.execute(() -> {
        addresses = found;
        attempt();
      });
    } catch (UnknownHostException e) {
      fail(HandshakeException.Kind.NETWORK, "host: " + host + " (no such name)", e);
    } catch (RejectedExecutionException e) {
      fail(HandshakeException.Kind.NETWORK, "event loop: has ended", e);
    } catch (RuntimeException e) {
      fail(HandshakeException.Kind.NETWORK, "host: " + host + " (not looked up)", e);
    }
  }

  /**
   * Interleaves the address families, starting with the family of the first address (RFC 8305 §4).
   */
  static List<InetAddress> inTurns(List<InetAddress> found) {
    List<InetAddress> turns = new ArrayList<>();
    Class<?> first = found.isEmpty() ? Object.class : found.get(0).getClass();
    Iterator<InetAddress> ones = found.stream().filter(first::isInstance).iterator();
    Iterator<InetAddress> others =
        found.stream().filter(address -> !first.isInstance(address)).iterator();
    while (ones.hasNext() || others.hasNext()) {
      if (ones.hasNext()) {
        turns.add(ones.next());
      }
      if (others.hasNext()) {
        turns.add(others.next());
      }
    }
    return turns;
  }

  /** Tries the next address; earlier ones may still succeed (RFC 8305 §5). */
  private void attempt() {
    if (result.isDone() || won) {
      return;
    }
    if (next == addresses.size()) {
      return;
    }
    ProxyServer proxy = request.route().proxy();
    var to =
        new InetSocketAddress(addresses.get(next++), proxy == null ? request.port() : proxy.port());
    var kind = Sockets.kind(loop);
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(Sockets.client(kind))
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Sockets.prepare(channel, kind, request.secure());
                  }
                })
            .connect(to);
    Channel channel = connected.channel();
    trying.add(channel);
    ChannelFuture unused =
        connected.addListener(done -> {
          trying.remove(channel);
          if (done.isSuccess()) {
            connected(channel);
          } else {
            refused(to, done.cause());
          }
        });
    timer = loop.schedule(this::attempt, STAGGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void refused(InetSocketAddress to, Throwable cause) {
    if (won || result.isDone()) {
      return;
    }
    cancelTimer();
    if (next < addresses.size()) {
      attempt();
    } else if (trying.isEmpty()) {
      fail(HandshakeException.Kind.NETWORK, Trouble.connecting(to, cause), cause);
    }
  }

  private void cancelTimer() {
    ScheduledFuture<?> present = timer;
    if (present != null) {
      present.cancel(false);
    }
  }

  /** Takes the first channel to connect, and closes the others before it upgrades. */
  private void connected(Channel channel) {
    if (won || result.isDone()) {
      ChannelFuture unused = channel.close();
      return;
    }
    won = true;
    cancelTimer();
    closeAll();
    trying.add(channel);
    ProxyServer proxy = request.route().proxy();
    if (proxy == null) {
      handshake(channel);
    } else {
      channel
          .pipeline()
          .addLast(
              new ProxyHandshake(
                  proxy, request, () -> handshake(channel), result::completeExceptionally));
    }
  }

  private void closeAll() {
    for (Channel each : List.copyOf(trying)) {
      ChannelFuture unused = each.close();
    }
  }

  private void handshake(Channel channel) {
    try {
      if (request.secure()) {
        channel.pipeline().addLast(tls(channel));
      }
      channel.pipeline().addLast(new ClientHandshake(request, listeners, result));
    } catch (SSLException | RuntimeException e) {
      fail(HandshakeException.Kind.TLS, "TLS: " + e.getMessage(), e);
      ChannelFuture unused = channel.close();
    }
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
    cancelTimer();
    closeAll();
  }

  private void fail(HandshakeException.Kind kind, String message, @Nullable Throwable cause) {
    result.completeExceptionally(new HandshakeException(kind, message, cause));
  }

  /** The JDK's trusted certificates, loaded once. */
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
