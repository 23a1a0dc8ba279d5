package dev.switchboard.testkit;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** A client's connection attempt in memory. Thread-safe. */
final class MemoryExchange implements HttpExchange {
  private final MemoryLoop loop;
  private final ClientConnect request;
  private final Function<WebSocket, WebSocketListener> client;
  private final CompletableFuture<WebSocket> result;
  private Consumer<MemorySocket> opened = socket -> {}; // on the loop; set before accept()

  MemoryExchange(
      MemoryLoop loop,
      ClientConnect request,
      Function<WebSocket, WebSocketListener> client,
      CompletableFuture<WebSocket> result) {
    this.loop = loop;
    this.request = request;
    this.client = client;
    this.result = result;
  }

  /** On the loop: sets what receives both ends if the connection opens. */
  void whenOpen(Consumer<MemorySocket> told) {
    opened = told;
  }

  @Override
  public HttpRequest request() {
    URI uri = request.uri();
    String query = uri.getRawQuery();
    return new HttpRequest(
        "GET",
        uri.getRawPath() + (query == null ? "" : "?" + query),
        request.headers(),
        MemorySocket.ADDRESS,
        request.secure(),
        new byte[0]);
  }

  @Override
  public boolean isUpgrade() {
    return true;
  }

  @Override
  public void respond(HttpResponse response) {
    String body = new String(response.body(), StandardCharsets.UTF_8);
    String message = "handshake with memory: status " + response.status() + ": " + body;
    HandshakeException refused =
        new HandshakeException(
            HandshakeException.Kind.STATUS,
            message,
            response.status(),
            response.headers(),
            body,
            null);
    loop.execute(() -> result.completeExceptionally(refused));
  }

  @Override
  public void accept(Upgrade upgrade) {
    loop.execute(() -> {
      if (!result.isDone()) { // it is done if the attempt has timed out
        MemorySocket near = new MemorySocket(loop, upgrade.subprotocol());
        MemorySocket far = new MemorySocket(loop, upgrade.subprotocol());
        near.join(far);
        near.listener(client.apply(near));
        far.listener(upgrade.listener().apply(far));
        opened.accept(near);
        opened.accept(far);
        result.complete(near);
      }
    });
  }

  @Override
  public EventLoop eventLoop() {
    throw new UnsupportedOperationException("there is none in memory");
  }
}
