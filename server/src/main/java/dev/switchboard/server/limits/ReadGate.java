package dev.switchboard.server.limits;

import dev.switchboard.spi.Limit;
import dev.switchboard.transport.WebSocket;
import io.netty.channel.SingleThreadEventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection is read from: not while too much of what it brought waits for its handlers,
 * or for the log to be written or read, nor in a turn of the loop in which it has asked much, nor
 * while it is held. Nobody else pauses reading from a connection of an endpoint. Thread-safe. The
 * loop looks at what holds at that moment, so it does not matter in which order changes of several
 * threads reach it.
 */
public final class ReadGate {
  private static final int MAX_COMMITS = 256;

  /** Each ends a batch of what is committed, as the place it begins at must be exact. */
  private static final int MAX_JOINS = 16;

  private static final int MAX_READS = 16;

  /** Requests that cost much more than they are long, and are dealt with at a stretch. */
  private static final int MAX_ASKED = 16;

  private final WebSocket webSocket;
  private final Meter meter;
  private boolean handlersFull; // guarded by this: too much waits for handlers
  private final Waiting commits = new Waiting(MAX_COMMITS, Limit.COMMITS_WAITING);
  private final Waiting joins = new Waiting(MAX_JOINS, Limit.JOINS_WAITING);
  private final Waiting reads = new Waiting(MAX_READS, Limit.READS_WAITING);
  private int due; // guarded by this: answers that are owed, but for those of commits
  private @Nullable Runnable whenAnswered; // guarded by this
  private int asked; // confined to the loop: since it last let others go first
  private boolean yielding; // confined to the loop: the others have their turn
  private boolean held; // confined to the loop: nothing is to be read at all
  private boolean paused; // confined to the loop: what the socket was told last

  public ReadGate(WebSocket webSocket, Meter meter) {
    this.webSocket = webSocket;
    this.meter = meter;
  }

  /** Too much waits for the handlers, or no more. Follow it with {@link #apply}. */
  public synchronized void handlersFull(boolean full) {
    handlersFull = full;
  }

  /** Stops reading, as the handlers are behind. */
  public void stop() {
    meter.limit(Limit.HANDLERS_WAITING);
    apply();
  }

  /** What the log was asked for and has not answered, or not been asked yet, of one kind. */
  private final class Waiting {
    private final int most;
    private final Limit limit;
    private int number; // guarded by the gate
    private boolean full; // guarded by the gate

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

  /** A publish waits for the log. */
  public void commitBegun() {
    commits.begun();
  }

  /** The log has answered, and so have we. */
  public void commitEnded() {
    commits.ended();
  }

  /** A log is to be followed, and it is not known yet from which place on. */
  public void joinBegun() {
    joins.begun();
  }

  /** It is known, or will not be: also if the room was left meanwhile. */
  public void joinEnded() {
    joins.ended();
  }

  /** A request or message will be answered later, by {@link #answering}, whatever happens. */
  public synchronized void answerDue() {
    due++;
  }

  /** Does what gives an answer that is due. */
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
   * Runs it when everything asked for is answered, on the thread that sent the last answer. Only
   * the last one given is kept: each of them ends the connection.
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

  /** With the lock held. */
  private @Nullable Runnable settled() {
    Runnable next = whenAnswered;
    if (next == null || commits.number > 0 || due > 0) {
      return null;
    }
    whenAnswered = null;
    return next;
  }

  /** A page that it asked for waits to be read. */
  public void readBegun() {
    reads.begun();
  }

  /** It waits no more. */
  public void readEnded() {
    reads.ended();
  }

  /**
   * A request is dealt with that may cost more to answer than to ask: joining, leaving, who is
   * there. A read may bring thousands; after some of them the other connections of the loop have
   * their turn. On the loop.
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
      // A task of this turn would run before the others are read.
      turns.executeAfterEventLoopIteration(() -> webSocket.execute(goOn));
    } else {
      webSocket.execute(goOn);
    }
  }

  /** Nothing is read for now, whatever else holds. On the loop. */
  public void hold() {
    held = true;
    adjust();
  }

  /** Undoes {@link #hold}. On the loop. */
  public void letGo() {
    held = false;
    adjust();
  }

  private synchronized boolean full() {
    return handlersFull || commits.full || joins.full || reads.full;
  }

  /**
   * Stops or continues reading, as things are when the loop comes to it. On the loop it stops at
   * once, in front of the next message.
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
