package dev.switchboard.e2e;

import dev.switchboard.e2e.Guest.Heard;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.RawPeer;
import dev.switchboard.server.Server;
import dev.switchboard.transport.Deflate;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** Our server as a host of guests. */
final class EchoHost implements AutoCloseable {
  private final BlockingQueue<Heard.Closed> closed = new LinkedBlockingQueue<>();
  private final Server server =
      Server.builder()
          .port(0)
          .endpoint("/plain", endpoint())
          .endpoint("/deflate", endpoint().deflate(Deflate.DEFAULT))
          .endpoint("/takeover", endpoint().deflate(Deflate.TAKEOVER))
          .start();

  private RawEndpoint endpoint() {
    return RawEndpoint.create()
        .onText(EchoHost::answer)
        .onBinary((peer, bytes) -> send(peer.send(bytes)))
        .onPong((peer, payload) ->
            send(peer.send("pong " + new String(payload, StandardCharsets.UTF_8))))
        .onClose((peer, code, reason, clean) -> closed.add(new Heard.Closed(code, reason)));
  }

  private static void answer(RawPeer peer, String text) {
    switch (text) {
      case "pieces" ->
          peer.send(new ByteArrayInputStream(Exchange.LONG.getBytes(StandardCharsets.UTF_8)), true)
              .await();
      case "ping" -> peer.ping(Exchange.PING.getBytes(StandardCharsets.UTF_8));
      case "close" -> peer.close(Exchange.HOST_CLOSES.code(), Exchange.HOST_CLOSES.reason());
      default -> send(peer.send(text));
    }
  }

  private static void send(CompletionStage<Void> sending) {
    sending.toCompletableFuture().join();
  }

  URI uri(String path) {
    return URI.create("ws://" + server.address() + path);
  }

  /** How the next connection ended. */
  Heard.Closed closed() {
    return Guest.next(closed);
  }

  @Override
  public void close() {
    server.close();
  }
}
