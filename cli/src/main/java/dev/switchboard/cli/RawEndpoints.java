package dev.switchboard.cli;

import dev.switchboard.transport.HttpExchange;
import dev.switchboard.transport.HttpHandler;
import dev.switchboard.transport.HttpResponse;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /echo} and {@code /fanout} on bare WebSockets. */
final class RawEndpoints implements HttpHandler {
  private final WebSocketOptions options;

  /** Who is on {@code /fanout}, by event loop; each list is touched on its loop only. */
  private final Map<EventLoop, List<WebSocket>> members = new ConcurrentHashMap<>();

  RawEndpoints(WebSocketOptions options) {
    this.options = options;
  }

  @Override
  public void handle(HttpExchange exchange) {
    String path = exchange.request().path();
    if (!path.equals("/echo") && !path.equals("/fanout")) {
      exchange.respond(HttpResponse.text(404, "path: " + path + " (expected: /echo or /fanout)\n"));
    } else if (!exchange.isUpgrade()) {
      exchange.respond(
          HttpResponse.text(426, "a WebSocket is expected\n").with("Upgrade", "websocket"));
    } else {
      exchange.accept(Upgrade.of(options, path.equals("/echo") ? Echo::new : Member::new));
    }
  }

  private record Echo(WebSocket socket) implements WebSocketListener {
    @Override
    public void onText(ByteBuf view) {
      socket.sendText(view.retain());
    }

    @Override
    public void onBinary(ByteBuf view) {
      socket.sendBinary(view.retain());
    }
  }

  private final class Member implements WebSocketListener {
    private final WebSocket socket;

    Member(WebSocket socket) {
      this.socket = socket;
      members.computeIfAbsent(socket.eventLoop(), loop -> new ArrayList<>()).add(socket);
    }

    @Override
    public void onText(ByteBuf view) {
      publish(Prepared.text(view));
    }

    @Override
    public void onBinary(ByteBuf view) {
      publish(Prepared.binary(view));
    }

    @Override
    public void onClose(int code, String reason, boolean clean) {
      members.getOrDefault(socket.eventLoop(), List.of()).remove(socket);
    }

    private void publish(Prepared message) {
      members.forEach((loop, there) -> {
        if (loop.inEventLoop()) {
          there.forEach(one -> one.sendPrepared(message));
        } else {
          message.retain();
          loop.execute(() -> {
            there.forEach(one -> one.sendPrepared(message));
            message.release();
          });
        }
      });
      message.release();
    }
  }
}
