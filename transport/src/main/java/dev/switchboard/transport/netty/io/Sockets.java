package dev.switchboard.transport.netty.io;

import dev.switchboard.transport.IoKind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/** Which channels belong to which kind of loop, and how they are set up. */
public final class Sockets {
  private Sockets() {}

  /** The kind of a loop. */
  public static IoKind kind(EventLoop loop) {
    if (loop instanceof IoEventLoop io) {
      if (io.isIoType(EpollIoHandler.class)) {
        return IoKind.EPOLL;
      }
      if (io.isIoType(IoUringIoHandler.class)) {
        return IoKind.IO_URING;
      }
    }
    return IoKind.NIO;
  }

  /** Listening sockets. */
  public static Class<? extends ServerChannel> server(IoKind kind) {
    return switch (kind) {
      case EPOLL -> EpollServerSocketChannel.class;
      case IO_URING -> IoUringServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }

  /** Connected sockets. */
  public static Class<? extends Channel> client(IoKind kind) {
    return switch (kind) {
      case EPOLL -> EpollSocketChannel.class;
      case IO_URING -> IoUringSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }

  /** Options of every connected socket. */
  public static void prepare(Channel channel, IoKind kind, boolean secure) {
    var config = channel.config();
    config.setOption(ChannelOption.TCP_NODELAY, true);
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, !secure);
    if (!secure && kind != IoKind.IO_URING) {
      config.setRecvByteBufAllocator(SharedReceive.INSTANCE);
    }
  }

  /** Ends every connection of an owner that lives on this loop; on the loop. */
  public static void terminate(EventLoop loop, Object owner) {
    LoopState.of(loop)
        .sweeper
        .forEach(one -> {
          if (one.owner().equals(owner)) {
            one.terminate();
          }
        });
  }
}
