package dev.switchboard.transport.netty;

import dev.switchboard.transport.IoKind;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The event loops: a fixed number of threads that carry all connections. Thread-safe. */
public final class Loops implements AutoCloseable {
  private static final int MOST = 1024;

  private final IoKind kind;
  private final int count;
  private final MultiThreadIoEventLoopGroup group;

  private Loops(IoKind kind, int count) {
    this.kind = kind;
    this.count = count;
    this.group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("switchboard-loop", true), handler(kind));
  }

  /**
   * Starts event loops.
   *
   * @param count 1–1024; one loop carries tens of thousands of connections, and more than one per
   *     core never helps
   * @throws IllegalArgumentException if this machine can't run that kind
   */
  public static Loops of(IoKind kind, int count) {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("loops: " + count + " (expected: 1-" + MOST + ")");
    }
    if (!kind.available()) {
      throw new IllegalArgumentException(
          "transport: "
              + kind
              + " (expected: one this machine can run, such as "
              + IoKind.best()
              + ")");
    }
    return new Loops(kind, count);
  }

  /** Starts loops of the best kind, one for every two cores. */
  public static Loops standard() {
    return standard(IoKind.best());
  }

  /**
   * Starts one loop for every two cores.
   *
   * @throws IllegalArgumentException if this machine can't run that kind
   */
  public static Loops standard(IoKind kind) {
    return of(kind, Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  /** Returns the kernel interface of the loops. */
  public IoKind kind() {
    return kind;
  }

  /** Returns the number of loops. */
  public int count() {
    return count;
  }

  /** Returns one of the loops, in round-robin order. */
  public EventLoop next() {
    return group.next();
  }

  /** Returns all loops, always in the same order. */
  public List<EventLoop> all() {
    List<EventLoop> all = new ArrayList<>(count);
    group.forEach(loop -> all.add((EventLoop) loop));
    return all;
  }

  EventLoopGroup group() {
    return group;
  }

  /**
   * Ends the loops and all their connections. Blocks up to 5 s, unless called on one of the loops.
   */
  @Override
  public void close() {
    var ended = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    for (var loop : group) {
      if (loop.inEventLoop()) {
        return;
      }
    }
    ended.awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private static IoHandlerFactory handler(IoKind kind) {
    return switch (kind) {
      case EPOLL -> EpollIoHandler.newFactory();
      case IO_URING -> IoUringIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }
}
