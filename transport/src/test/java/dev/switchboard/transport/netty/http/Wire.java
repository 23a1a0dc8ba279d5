package dev.switchboard.transport.netty.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Random;

/** One of our handlers on a channel without a socket. */
final class Wire {
  /** All channels of a thread share the state of its first loop, so that loop's tasks are run. */
  private static final EmbeddedChannel LOOP = new EmbeddedChannel();

  private final EmbeddedChannel channel;
  private final StringBuilder received = new StringBuilder();

  Wire(ChannelHandler handler) {
    LoopState state = LoopState.of(LOOP.eventLoop());
    channel =
        new EmbeddedChannel(handler) {
          @Override
          protected SocketAddress remoteAddress0() {
            return InetSocketAddress.createUnresolved("peer", 1);
          }
        };
    state.sweeper.now();
    turn();
  }

  /** Sends in steps of that size; of random ones if it is not positive. */
  void send(byte[] stream, int step) {
    Random random = new Random(step);
    for (int at = 0; at < stream.length && channel.isOpen(); ) {
      int next = Math.min(stream.length, at + (step > 0 ? step : 1 + random.nextInt(40)));
      ByteBuf segment = Unpooled.directBuffer(next - at + 32).setIndex(16, 16);
      channel.writeInbound(segment.writeBytes(stream, at, next - at));
      turn();
      at = next;
    }
  }

  private void turn() {
    channel.runPendingTasks();
    LOOP.runPendingTasks();
    channel.runPendingTasks();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      received.append(out.toString(ISO_8859_1));
      out.release();
    }
  }

  EventLoop loop() {
    return LOOP.eventLoop();
  }

  /** What our side has sent, each byte a character. */
  String received() {
    return received.toString();
  }

  /** Ends the socket; everything our side has sent, and whether it ended first. */
  String end() {
    boolean open = channel.isOpen();
    channel.finishAndReleaseAll();
    LOOP.runPendingTasks();
    return received + (open ? "" : "<end>");
  }
}
