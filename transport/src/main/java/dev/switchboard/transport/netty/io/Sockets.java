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

/** Channel classes and socket options for each kind of event loop. */
public final class Sockets {
  private Sockets() {}

  /** Returns the kind of a loop. */
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

  /** Returns the class of listening sockets. */
  public static Class<? extends ServerChannel> server(IoKind kind) {
    return switch (kind) {
      case EPOLL -> EpollServerSocketChannel.class;
      case IO_URING -> IoUringServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }

  /** Returns the class of connected sockets. */
  public static Class<? extends Channel> client(IoKind kind) {
    return switch (kind) {
      case EPOLL -> EpollSocketChannel.class;
      case IO_URING -> IoUringSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }

  /** Sets the options of a connected socket. */
  public static void prepare(Channel channel, IoKind kind, boolean secure) {
    var config = channel.config();
    config.setOption(ChannelOption.TCP_NODELAY, true);
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, !secure);
    if (!secure && kind != IoKind.IO_URING) {
      config.setRecvByteBufAllocator(SharedReceive.INSTANCE);
    }
  }

  /** Ends all connections of an owner on this loop. Called on the loop. */
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
