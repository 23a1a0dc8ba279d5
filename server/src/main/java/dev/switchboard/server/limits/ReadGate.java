package dev.switchboard.server.limits;

import dev.switchboard.spi.Limit;
import dev.switchboard.transport.WebSocket;
import io.netty.channel.SingleThreadEventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the server reads from a connection. It does not while too many of the
 * connection's messages wait for handlers, while too many of its requests wait for the log to be
 * written or read, for the rest of a turn of the loop in which the client has requested much, or
 * while the connection is held. Nothing else pauses reading from a connection; before there is one,
 * an {@code AuthenticationGate} does. Thread-safe: the loop evaluates all conditions at the moment
 * it applies them, so it does not matter in which order changes by several threads reach it.
 */
public final class ReadGate {
  private static final int MAX_COMMITS = 256;

  /** Low, because each join ends a batch of commits, as its starting position must be exact. */
  private static final int MAX_JOINS = 16;

  private static final int MAX_READS = 16;

  /** How many requests that are short but costly are handled in a row. */
  private static final int MAX_ASKED = 16;

  private final WebSocket webSocket;
  private final Meter meter;
  private boolean handlersFull; // too much waits for handlers; guarded by this
  private final Waiting commits = new Waiting(MAX_COMMITS, Limit.COMMITS_WAITING);
  private final Waiting joins = new Waiting(MAX_JOINS, Limit.JOINS_WAITING);
  private final Waiting reads = new Waiting(MAX_READS, Limit.READS_WAITING);
  private int due; // answers that are owed, except those of commits; guarded by this
  private @Nullable Runnable whenAnswered; // null if nothing waits for the answers; guarded by this
  private int asked; // requests since the last yield; confined to the loop
  private boolean yielding; // other connections have their turn; confined to the loop
  private boolean held; // nothing is to be read at all; confined to the loop
  private boolean paused; // what the socket was last told; confined to the loop

  public ReadGate(WebSocket webSocket, Meter meter) {
    this.webSocket = webSocket;
    this.meter = meter;
  }

  /** Sets whether too much is waiting for the handlers. Call {@link #apply} afterwards. */
  public synchronized void handlersFull(boolean full) {
    handlersFull = full;
  }

  /** Stops reading, because the handlers are behind. */
  public void stop() {
    meter.limit(Limit.HANDLERS_WAITING);
    apply();
  }

  /** Counts the requests of one kind that the log has not answered, or was not asked yet. */
  private final class Waiting {
    private final int most;
    private final Limit limit;
    private int number; // requests that wait; guarded by the gate
    private boolean full; // whether reading stops because of them; guarded by the gate

    Waiting(int most, Limit limit) {
      this.most = most;
      this.limit = limit;
    }

    void begun() {
      synchronized (ReadGate.this) {
        if (++number < most || full) {
          return;
        }
        full = true;
      }
      meter.limit(limit);
      apply();
    }

    void ended() {
      boolean again;
      Runnable next;
      synchronized (ReadGate.this) {
        number--;
        again = full && number <= most / 2;
        full &= !again;
        next = settled();
      }
      if (again) {
        apply();
      }
      if (next != null) {
        next.run();
      }
    }
  }

  /** A publish starts to wait for the log. */
  public void commitBegun() {
    commits.begun();
  }

  /** The log has answered a publish, and the client was answered, too. */
  public void commitEnded() {
    commits.ended();
  }

  /** A log is to be followed, and its starting position is not known yet. */
  public void joinBegun() {
    joins.begun();
  }

  /**
   * The starting position is known, or never will be, as when the room was left in the meantime.
   */
  public void joinEnded() {
    joins.ended();
  }

  /**
   * Announces an answer that is sent later. {@link #answering} must then be used, whatever happens.
   */
  public synchronized void answerDue() {
    due++;
  }

  /** Wraps the task that sends an announced answer. */
  public Runnable answering(Runnable answer) {
    return () -> {
      try {
        answer.run();
      } finally {
        answered();
      }
    };
  }

  private void answered() {
    Runnable next;
    synchronized (this) {
      due--;
      next = settled();
    }
    if (next != null) {
      next.run();
    }
  }

  /**
   * Runs a task when everything is answered, on the thread that sent the last answer. Only the
   * latest task is kept, because each of them ends the connection.
   */
  public void whenAnswered(Runnable task) {
    Runnable next;
    synchronized (this) {
      whenAnswered = task;
      next = settled();
    }
    if (next != null) {
      next.run();
    }
  }

  /** Returns the task to run if everything is answered. Must be called with the lock held. */
  private @Nullable Runnable settled() {
    Runnable next = whenAnswered;
    if (next == null || commits.number > 0 || due > 0) {
      return null;
    }
    whenAnswered = null;
    return next;
  }

  /** A page starts to wait to be read. */
  public void readBegun() {
    reads.begun();
  }

  /** A page no longer waits to be read. */
  public void readEnded() {
    reads.ended();
  }

  /**
   * Counts a request that may cost more to answer than to send: joins, leaves, lists of users. One
   * read may contain thousands of them, so after some the other connections of the loop get their
   * turn. Must be called on the loop.
   */
  public void asked() {
    if (++asked < MAX_ASKED || yielding) {
      return;
    }
    yielding = true;
    adjust();
    Runnable goOn =
        () -> {
          yielding = false;
          asked = 0;
          adjust();
        };
    if (webSocket.eventLoop() instanceof SingleThreadEventLoop turns) {
      // A task added in this turn would run before the other connections are read.
      turns.executeAfterEventLoopIteration(() -> webSocket.execute(goOn));
    } else {
      webSocket.execute(goOn);
    }
  }

  /** Stops reading, whatever the other conditions. Must be called on the loop. */
  public void hold() {
    held = true;
    adjust();
  }

  /** Undoes {@link #hold}. Must be called on the loop. */
  public void letGo() {
    held = false;
    adjust();
  }

  private synchronized boolean full() {
    return handlersFull || commits.full || joins.full || reads.full;
  }

  /**
   * Stops or resumes reading, according to the conditions at the moment when the loop gets to it.
   * If called on the loop, it stops immediately, before the next message.
   */
  public void apply() {
    if (webSocket.eventLoop().inEventLoop() && full()) {
      adjust();
    } else {
      webSocket.execute(this::adjust);
    }
  }

  private void adjust() {
    boolean stop = held || yielding || full();
    if (stop != paused) {
      paused = stop;
      if (stop) {
        webSocket.pauseReading();
      } else {
        webSocket.resumeReading();
      }
    }
  }
}
