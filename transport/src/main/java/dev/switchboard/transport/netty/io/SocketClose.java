package dev.switchboard.transport.netty.io;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;

/** Ways to end a socket whose outcome nobody waits for. */
public final class SocketClose {
  private SocketClose() {}

  /** Both directions, at once. */
  public static void now(ChannelHandlerContext ctx) {
    ChannelFuture unused = ctx.close();
  }

  /**
   * Our direction only, so that the peer reads everything we sent and then the end, whatever it is
   * still sending. Both where that can't be done: a peer that has ended waits for nothing.
   *
   * @param fully to end both all the same: TLS has its own way of saying that it is the end
   */
  public static void half(ChannelHandlerContext ctx, boolean fully) {
    if (fully || !(ctx.channel() instanceof DuplexChannel duplex) || duplex.isInputShutdown()) {
      now(ctx);
      return;
    }
    ChannelFuture unused =
        duplex
            .shutdownOutput()
            .addListener(done -> {
              if (!done.isSuccess()) {
                now(ctx);
              }
            });
  }
}
