package dev.switchboard.leaks;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Netty's leak detector, which remembers what it found instead of logging it. {@link #install} has
 * to come before Netty's first buffer; how many buffers are watched is up to {@code
 * -Dio.netty.leakDetection.level}.
 *
 * @param <T> what is watched
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
  private static final BlockingQueue<String> REPORTS = new LinkedBlockingQueue<>();
  private static final long PATIENCE_MILLIS = 5_000;

  /** For Netty. */
  public LeakRecorder(Class<T> resource, int samplingInterval) {
    super(resource, samplingInterval);
  }

  /** For Netty, which looks for this older form first. */
  public LeakRecorder(Class<T> resource, int samplingInterval, long maxActive) {
    this(resource, samplingInterval);
  }

  /** Has Netty use it from its first buffer on. */
  public static void install() {
    System.setProperty("io.netty.customResourceLeakDetector", LeakRecorder.class.getName());
  }

  @Override
  protected void reportTracedLeak(String resource, String records) {
    REPORTS.add(resource + records);
  }

  @Override
  protected void reportUntracedLeak(String resource) {
    REPORTS.add(resource);
  }

  /** Collects garbage, and returns what was lost since the last call: one report for each kind. */
  public static List<String> lost() throws InterruptedException {
    collect();
    ByteBufAllocator.DEFAULT.buffer(1).release(); // the next one watched has the lost ones reported
    List<String> lost = new ArrayList<>();
    REPORTS.drainTo(lost);
    return lost;
  }

  /** Returns when what nobody refers to has been told to those who wait for it. */
  private static void collect() throws InterruptedException {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    WeakReference<Object> garbage = new WeakReference<>(new Object(), queue);
    try {
      System.gc();
      if (queue.remove(PATIENCE_MILLIS) == null) {
        throw new IllegalStateException(
            "System.gc: collected nothing within "
                + PATIENCE_MILLIS
                + " ms (expected: explicit collections are not disabled)");
      }
    } finally {
      Reference.reachabilityFence(garbage);
    }
  }
}
