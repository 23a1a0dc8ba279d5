package dev.switchboard.transport;

import dev.switchboard.transport.netty.Loops;
import dev.switchboard.transport.netty.ServerTransport;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A server whose every path is an echo, and which tells how connections ended. */
final class EchoServer implements AutoCloseable {
  /** An end. */
  record Closed(int code, String reason, boolean clean) {}

  final BlockingQueue<Closed> closes = new LinkedBlockingQueue<>();
  final BlockingQueue<WebSocket> opened = new LinkedBlockingQueue<>();
  private final Loops loops;
  private final ServerTransport server;

  EchoServer(IoKind kind, WebSocketOptions options) {
    this(kind, options, ServerTransportOptions.builder().host("127.0.0.1").port(0).build());
  }

  EchoServer(IoKind kind, WebSocketOptions options, ServerTransportOptions transport) {
    loops = Loops.of(kind, 1);
    server =
        ServerTransport.bind(
            transport,
            loops,
            exchange -> {
              if (exchange.isUpgrade()) {
                exchange.accept(Upgrade.of(options, socket -> new Echo(socket, opened, closes)));
              } else {
                HttpRequest request = exchange.request();
                exchange.respond(
                    HttpResponse.text(
                        200,
                        request.method() + " " + request.path() + " " + request.body().length));
              }
            });
  }

  InetSocketAddress address() {
    return server.localAddress();
  }

  ServerTransport transport() {
    return server;
  }

  Closed closed() {
    return Echo.next(closes);
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }
}
