package dev.switchboard.server.delivery;

import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.WebSocket;
import io.netty.channel.EventLoop;

/**
 * What one connection sends: encoded as was agreed, and counted. Once it is {@link #close}d nothing
 * is sent any more. Confined to the connection's loop, but for {@link #onLoop} and {@link
 * #prepared}.
 */
public final class Outbound {
  private final WebSocket webSocket;
  private final Encoding encoding;
  private final Meter meter;
  private final int maxPendingBytes;
  private boolean closed; // confined to the loop; never opens again

  /** The sending side of a WebSocket that just opened. */
  public Outbound(WebSocket webSocket, Encoding encoding, Meter meter, int maxPendingBytes) {
    this.webSocket = webSocket;
    this.encoding = encoding;
    this.meter = meter;
    this.maxPendingBytes = maxPendingBytes;
  }

  WebSocket webSocket() {
    return webSocket;
  }

  EventLoop loop() {
    return webSocket.eventLoop();
  }

  /** Runs a task on the loop, at once if the caller is there. Any thread. */
  public void onLoop(Runnable task) {
    if (webSocket.eventLoop().inEventLoop()) {
      task.run();
    } else {
      webSocket.execute(task);
    }
  }

  /** How the client speaks. */
  public Encoding encoding() {
    return encoding;
  }

  /** Most bytes that may wait to be written. */
  int maxPendingBytes() {
    return maxPendingBytes;
  }

  /** Whether the connection has ended. */
  public boolean closed() {
    return closed;
  }

  /** The connection has ended. */
  public void close() {
    closed = true;
  }

  /** Whether what waits to be written is below the mark at which readers pause. */
  public boolean takesMore() {
    return !closed && webSocket.pendingBytes() < maxPendingBytes / 2;
  }

  /** Encodes and sends a message. */
  public void send(Draft draft) {
    if (!closed) {
      send(encoding.write(draft));
    }
  }

  /** Encodes a message now, on any thread; running the result on the loop sends it. */
  public Runnable prepared(Draft draft) {
    byte[] message = encoding.write(draft);
    return () -> send(message);
  }

  void send(byte[] message) {
    if (closed) {
      return;
    }
    meter.sent(message.length);
    if (encoding.binary()) {
      webSocket.sendBinary(message);
    } else {
      webSocket.sendText(message);
    }
  }

  void send(Broadcast broadcast) {
    if (!closed) {
      send(broadcast.prepared(encoding));
    }
  }

  void send(Prepared prepared) {
    meter.sent(prepared.payloadBytes());
    webSocket.sendPrepared(prepared);
  }
}
