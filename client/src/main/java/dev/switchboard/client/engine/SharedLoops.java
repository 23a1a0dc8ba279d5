package dev.switchboard.client.engine;

import dev.switchboard.transport.netty.Loops;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of all clients in this JVM. They start with the first client and end with the
 * last.
 */
public final class SharedLoops {
  private static final Object LOCK = new Object();
  private static @Nullable Loops loops; // guarded by LOCK; null while there are no clients
  private static int users; // guarded by LOCK; how many clients have one of the loops

  private SharedLoops() {}

  static EventLoop acquire() {
    synchronized (LOCK) {
      Loops running = loops;
      if (running == null) {
        running = Loops.standard();
        loops = running;
      }
      users++;
      return running.next();
    }
  }

  /** Gives a loop back. If it was the last, waits until all loops have ended. */
  static void release() {
    Loops ended = null;
    synchronized (LOCK) {
      if (--users == 0) {
        ended = loops;
        loops = null;
      }
    }
    if (ended != null) {
      ended.close();
    }
  }

  /** Returns how many clients have a loop. */
  public static int users() {
    synchronized (LOCK) {
      return users;
    }
  }
}
