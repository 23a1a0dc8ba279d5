package dev.switchboard.transport.netty.io;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;

/** Closes sockets without waiting for the outcome. */
public final class SocketClose {
  private SocketClose() {}

  /** Closes both directions at once. */
  public static void now(ChannelHandlerContext ctx) {
    ChannelFuture unused = ctx.close();
  }

  /**
   * Closes our direction only, so that the peer reads everything we sent and then the end, even if
   * it is still sending. Closes both directions if that is not possible, or if the peer has ended
   * its own.
   *
   * @param fully whether to close both directions anyway, as TLS signals the end in its own way
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
