package dev.switchboard.server.delivery;

import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.WebSocket;
import io.netty.channel.EventLoop;

/**
 * The sending side of one connection: encodes messages as agreed with the client, and counts them.
 * After {@link #close} nothing is sent any more. Confined to the connection's loop, except {@link
 * #onLoop} and {@link #prepared}.
 */
public final class Outbound {
  private final WebSocket webSocket;
  private final Encoding encoding;
  private final Meter meter;
  private final int maxPendingBytes;
  private boolean closed; // whether the connection has ended; confined to the loop

  /** Creates the sending side of a WebSocket that just opened. */
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

  /** Runs a task on the loop, immediately if the caller is on it. Thread-safe. */
  public void onLoop(Runnable task) {
    if (webSocket.eventLoop().inEventLoop()) {
      task.run();
    } else {
      webSocket.execute(task);
    }
  }

  /** Returns the encoding agreed with the client. */
  public Encoding encoding() {
    return encoding;
  }

  /** Returns how many bytes may wait to be written. */
  int maxPendingBytes() {
    return maxPendingBytes;
  }

  /** Whether the connection has ended. */
  public boolean closed() {
    return closed;
  }

  /** Stops sending, because the connection has ended. */
  public void close() {
    closed = true;
  }

  /** Whether fewer bytes wait to be written than the mark at which readers pause. */
  public boolean takesMore() {
    return !closed && webSocket.pendingBytes() < maxPendingBytes / 2;
  }

  /** Encodes and sends a message. */
  public void send(Draft draft) {
    if (!closed) {
      send(encoding.write(draft));
    }
  }

  /** Encodes a message now, on any thread. Running the result on the loop sends it. */
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
