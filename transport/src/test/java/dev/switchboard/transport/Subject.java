package dev.switchboard.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.transport.EchoServer.Closed;
import dev.switchboard.transport.netty.ClientTransport;
import dev.switchboard.transport.netty.Loops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** One of our sides as an echo, looked at from bare sockets that play the other one. */
final class Subject implements AutoCloseable {
  private final WebSocketOptions options;
  private final @Nullable EchoServer server;
  private final BlockingQueue<WebSocket> opened;
  private final BlockingQueue<Closed> closes;
  private final ServerSocket listening;
  private final Loops loops = Loops.of(IoKind.best(), 1);

  Subject(Role role, WebSocketOptions options) {
    this.options = options;
    this.server = role == Role.SERVER ? new EchoServer(IoKind.best(), options) : null;
    this.opened = server == null ? new LinkedBlockingQueue<>() : server.opened;
    this.closes = server == null ? new LinkedBlockingQueue<>() : server.closes;
    try {
      this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      this.listening.setSoTimeout(10_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Role role() {
    return server == null ? Role.CLIENT : Role.SERVER;
  }

  /** A peer after a handshake without extensions. */
  BarePeer connect() {
    return connect("");
  }

  /**
   * A peer after a handshake.
   *
   * @param extensions what it offers to our server, or answers our client; empty for nothing
   */
  BarePeer connect(String extensions) {
    EchoServer echo = server;
    String[] more =
        extensions.isEmpty()
            ? new String[0]
            : new String[] {"Sec-WebSocket-Extensions: " + extensions};
    BarePeer raw;
    if (echo != null) {
      raw = new BarePeer(echo.address().getPort());
      raw.send(BarePeer.handshake("/", more));
      assertThat(raw.head()).startsWith("HTTP/1.1 101");
    } else {
      CompletionStage<WebSocket> unused = ask(ClientConnect.to(uri()).withOptions(options));
      raw = accept();
      raw.send(BarePeer.answer(raw.head(), more));
    }
    return raw;
  }

  /** Our side of the connection opened longest ago that was not asked for yet. */
  WebSocket socket() {
    return Echo.next(opened);
  }

  /** Has our client connect to a bare server. */
  CompletionStage<WebSocket> ask(ClientConnect request) {
    return ClientTransport.connect(
        request, loops.next(), socket -> new Echo(socket, opened, closes));
  }

  /** Where the bare server is. */
  URI uri() {
    return URI.create("ws://127.0.0.1:" + listening.getLocalPort() + "/");
  }

  /** The bare server's side of a connection that our client opens. */
  BarePeer accept() {
    try {
      return new BarePeer(listening.accept(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How the next connection ended, as our side was told. */
  Closed closed() {
    return Echo.next(closes);
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    loops.close();
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
