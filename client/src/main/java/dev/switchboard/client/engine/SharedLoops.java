package dev.switchboard.client.engine;

import dev.switchboard.transport.netty.Loops;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** The event loops of all clients in this JVM: started for the first, ended after the last. */
public final class SharedLoops {
  private static final Object LOCK = new Object();
  private static @Nullable Loops loops; // under LOCK, as is users
  private static int users;

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

  /** Gives one loop back; waits until all have ended if it was the last. */
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

  /** How many clients have one. */
  public static int users() {
    synchronized (LOCK) {
      return users;
    }
  }
}
