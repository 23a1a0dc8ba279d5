package dev.switchboard.transport;

import dev.switchboard.transport.EchoServer.Closed;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends back what comes, and tells how its connection ended. */
final class Echo implements WebSocketListener {
  private final WebSocket socket;
  private final BlockingQueue<Closed> closes;

  Echo(WebSocket socket, BlockingQueue<WebSocket> opened, BlockingQueue<Closed> closes) {
    this.socket = socket;
    this.closes = closes;
    opened.add(socket);
  }

  /** The next of a queue, soon. */
  static <T> T next(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came within 10 s");
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void onText(ByteBuf view) {
    socket.sendText(view.retain());
  }

  @Override
  public void onBinary(ByteBuf view) {
    socket.sendBinary(view.retain());
  }

  @Override
  public void onClose(int code, String reason, boolean clean) {
    closes.add(new Closed(code, reason, clean));
  }
}
