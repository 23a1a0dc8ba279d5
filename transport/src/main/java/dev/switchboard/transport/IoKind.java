package dev.switchboard.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;

/** How an event loop talks to the kernel. */
public enum IoKind {
  /** Linux epoll through Netty's native library. */
  EPOLL,
  /** Linux io_uring through Netty's native library: fewer system calls, never chosen unasked. */
  IO_URING,
  /** The JDK's own selector, on every platform. */
  NIO;

  /** Whether this machine can run it. */
  public boolean available() {
    return switch (this) {
      case EPOLL -> Epoll.isAvailable();
      case IO_URING -> IoUring.isAvailable();
      case NIO -> true;
    };
  }

  /** {@link #EPOLL} where it is available, otherwise {@link #NIO}. */
  public static IoKind best() {
    return EPOLL.available() ? EPOLL : NIO;
  }
}
