package dev.switchboard.server;

import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.ReadyState;
import dev.switchboard.transport.StreamedMessage;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection of a {@link ScaleSimulation}: small, and never slow. Confined to one thread. */
final class ScaleLink implements WebSocket {
  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private final SimLoop loop;
  private final Consumer<byte[]> client;
  private WebSocketListener listener = new WebSocketListener() {};
  private ReadyState state = ReadyState.OPEN;
  private boolean paused;
  private @Nullable String waiting; // what the client said while reading was paused

  /**
   * A new connection.
   *
   * @param client gets what the server sends
   */
  ScaleLink(SimLoop loop, Consumer<byte[]> client) {
    this.loop = loop;
    this.client = client;
  }

  void listener(WebSocketListener server) {
    listener = server;
  }

  /** The client says something, and nothing more until that was read. */
  void say(String json) {
    loop.execute(() -> {
      if (paused) {
        waiting = json;
      } else if (state == ReadyState.OPEN) {
        listener.onText(Unpooled.wrappedBuffer(json.getBytes(StandardCharsets.UTF_8)));
      }
    });
  }

  /** The connection is lost, as the server finds at once. */
  void lose() {
    loop.execute(() -> over(1006));
  }

  private void over(int code) {
    if (state != ReadyState.CLOSED) {
      state = ReadyState.CLOSED;
      listener.onClose(code, "", false);
    }
  }

  @Override
  public void sendText(byte[] utf8) {
    if (state == ReadyState.OPEN) {
      client.accept(utf8);
    }
  }

  @Override
  public void sendPrepared(Prepared message) {
    ByteBuf frame = message.frame();
    sendText(
        ByteBufUtil.getBytes(
            frame, frame.readerIndex() + message.headerBytes(), message.payloadBytes()));
  }

  @Override
  public void close(int code, String reason) {
    loop.execute(() -> over(code));
  }

  @Override
  public void terminate() {
    over(1006);
  }

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public void pauseReading() {
    paused = true;
  }

  @Override
  public void resumeReading() {
    paused = false;
    String said = waiting;
    waiting = null;
    if (said != null) {
      say(said);
    }
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public ReadyState readyState() {
    return state;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return CLIENT;
  }

  @Override
  public @Nullable String subprotocol() {
    return null;
  }

  @Override
  public String extensions() {
    return "";
  }

  @Override
  public void whenWritten(Consumer<@Nullable Throwable> done) {
    loop.execute(() -> done.accept(null));
  }

  @Override
  public void sendPing(byte[] payload) {}

  @Override
  public void sendPong(byte[] payload) {}

  @Override
  public void sendText(ByteBuf utf8) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendBinary(ByteBuf payload) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendBinary(byte[] payload) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void send(StreamedMessage message) {
    throw new UnsupportedOperationException();
  }
}
