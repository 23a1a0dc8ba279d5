package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.netty.http.ProxyHeader.MalformedHeader;
import dev.switchboard.transport.netty.io.SocketClose;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the PROXY protocol header at the beginning of a connection from a proxy, and leaves the
 * pipeline. What follows the header is passed on. A connection without a valid header in time is
 * closed without an answer, as the protocol demands. Confined to the connection's loop.
 */
public final class ProxyHeaderReader extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyHeaderReader.class);
  private static final AttributeKey<InetSocketAddress> SOURCE =
      AttributeKey.valueOf(ProxyHeaderReader.class, "source");

  private final long timeoutMillis;
  private @Nullable ByteBuf received; // what has come of the header; null once it is complete
  private @Nullable Future<?> deadline; // runs until the header is complete

  /** Creates a reader that closes the connection if there is no header within that time. */
  public ProxyHeaderReader(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  /** Returns the client's address: that of the PROXY header, or else of the socket. */
  static InetSocketAddress client(Channel channel) {
    InetSocketAddress source = channel.attr(SOURCE).get();
    return source != null ? source : (InetSocketAddress) channel.remoteAddress();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    received = context.alloc().buffer(256);
    deadline =
        context
            .executor()
            .schedule(
                () -> refuse(context, "PROXY protocol: no header in time"),
                timeoutMillis,
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    ByteBuf all = received;
    if (all == null) {
      in.release();
      return; // the connection is being closed
    }
    all.writeBytes(in);
    in.release();
    try {
      ProxyHeader header = ProxyHeader.take(all);
      if (header == null) {
        return;
      }
      if (header.source() != null) {
        context.channel().attr(SOURCE).set(header.source());
      }
      received = null;
      if (all.isReadable()) {
        context.fireChannelRead(all);
      } else {
        all.release();
      }
      context.pipeline().remove(this);
    } catch (MalformedHeader malformed) {
      refuse(context, String.valueOf(malformed.getMessage()));
    }
  }

  private void refuse(ChannelHandlerContext context, String why) {
    LOG.debug("connection of {}: {}", context.channel().remoteAddress(), why);
    drop();
    SocketClose.now(context);
  }

  private void drop() {
    ByteBuf all = received;
    received = null;
    if (all != null) {
      all.release();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    drop();
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
