package dev.switchboard.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;

/** The kernel interface that event loops use. */
public enum IoKind {
  /** Linux epoll through Netty's native library. */
  EPOLL,
  /**
   * Linux io_uring through Netty's native library. Makes fewer system calls; used only on request.
   */
  IO_URING,
  /** The JDK's selector, available on every platform. */
  NIO;

  /** Whether this machine supports it. */
  public boolean available() {
    return switch (this) {
      case EPOLL -> Epoll.isAvailable();
      case IO_URING -> IoUring.isAvailable();
      case NIO -> true;
    };
  }

  /** Returns {@link #EPOLL} where it is available, otherwise {@link #NIO}. */
  public static IoKind best() {
    return EPOLL.available() ? EPOLL : NIO;
  }
}
