package dev.switchboard.server;

import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Logs in memory behind a disk that does what a test says; thread-safe. */
public final class FaultyStore implements HistoryStore {
  private final MemoryHistory logs = new MemoryHistory();
  private final ConcurrentLinkedQueue<Function<List<Publication>, List<Committed>>> next =
      new ConcurrentLinkedQueue<>();
  private final List<Integer> sizes = new ArrayList<>(); // guarded by itself
  private final AtomicInteger heads = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch hanging = new CountDownLatch(1);
  private volatile @Nullable RuntimeException down;
  private volatile boolean closed;
  private volatile @Nullable Runnable afterHead; // runs once, when a head was read

  /** What the database says that does not answer. */
  public static final class Down extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Down() {
      super("the database does not answer", null, false, false);
    }
  }

  /** The next append that has no plan yet does this. */
  public FaultyStore then(Function<List<Publication>, List<Committed>> plan) {
    next.add(plan);
    return this;
  }

  /** The next append throws. */
  public FaultyStore thenThrows(RuntimeException failure) {
    return then(batch -> {
      throw failure;
    });
  }

  /** The next append throws. */
  public FaultyStore thenThrows(Error failure) {
    return then(batch -> {
      throw failure;
    });
  }

  /** The next append is done, and then throws, as when the answer is lost. */
  public FaultyStore thenCommitsAndThrows() {
    return then(batch -> {
      append(logs, batch);
      throw new Down();
    });
  }

  /** The next append does not return until {@link #release}. */
  FaultyStore thenHangs() {
    return then(batch -> {
      hang();
      return append(logs, batch);
    });
  }

  /** The next time that a head is read, this happens before the caller gets it. */
  public void afterHead(Runnable meanwhile) {
    afterHead = meanwhile;
  }

  /** From now on every call fails, until {@link #up}. */
  public void down() {
    down = new Down();
  }

  public void up() {
    down = null;
  }

  void hang() {
    hanging.countDown();
    try {
      released.await();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** Waits until a call hangs. */
  void awaitHanging() throws InterruptedException {
    hanging.await();
  }

  /** What hangs goes on. */
  void release() {
    released.countDown();
  }

  /** How many publications each append was asked to append. */
  public List<Integer> sizes() {
    synchronized (sizes) {
      return List.copyOf(sizes);
    }
  }

  boolean closed() {
    return closed;
  }

  /** Another process appends. */
  public void another(Publication publication) {
    append(logs, List.of(publication));
  }

  /** Keeps one, for a plan. */
  public Committed keep(Publication publication) {
    return append(logs, List.of(publication)).get(0);
  }

  /** How often it was asked for a head. */
  public int heads() {
    return heads.get();
  }

  /** The whole log as the store has it. */
  public Page all(LogKey log) {
    return logs.after(log, 0, 100_000, Long.MAX_VALUE);
  }

  private static List<Committed> append(HistoryStore logs, List<Publication> batch) {
    return logs.append(batch);
  }

  private void requireUp() {
    RuntimeException why = down;
    if (why != null) {
      throw why;
    }
  }

  @Override
  public List<Committed> append(List<Publication> batch) {
    synchronized (sizes) {
      sizes.add(batch.size());
    }
    requireUp();
    var plan = next.poll();
    return plan == null ? append(logs, batch) : plan.apply(batch);
  }

  @Override
  public Position head(LogKey log) {
    heads.incrementAndGet();
    requireUp();
    Position head = logs.head(log);
    Runnable meanwhile = afterHead;
    if (meanwhile != null) {
      afterHead = null;
      meanwhile.run();
    }
    return head;
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    requireUp();
    return logs.after(log, seq, limit, bytes);
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    requireUp();
    return logs.before(log, seq, limit, bytes);
  }

  @Override
  public void close() {
    closed = true;
  }
}
