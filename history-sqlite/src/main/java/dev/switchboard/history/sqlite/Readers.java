package dev.switchboard.history.sqlite;

import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/** A bounded pool of reading connections, which are opened when first needed. Thread-safe. */
final class Readers {
  /** Uses a reader. */
  interface Reading<T> {
    T with(LogReader reader) throws SQLException;
  }

  /** Opens a reader. */
  interface Opening {
    LogReader open() throws SQLException;
  }

  private final int max;
  private final Semaphore free;
  private final Queue<LogReader> idle = new ConcurrentLinkedQueue<>();
  private final Opening opening;

  Readers(int max, Opening opening) {
    this.max = max;
    this.free = new Semaphore(max);
    this.opening = opening;
  }

  /** Waits for a reader and uses it. A reader that failed is closed. */
  <T> T read(Reading<T> reading) throws SQLException {
    free.acquireUninterruptibly();
    try {
      LogReader idled = idle.poll();
      LogReader reader = idled == null ? opening.open() : idled;
      boolean well = false;
      try {
        T result = reading.with(reader);
        well = true;
        return result;
      } finally {
        if (well) {
          idle.add(reader);
        } else {
          reader.close();
        }
      }
    } finally {
      free.release();
    }
  }

  /** Waits for all readers to be returned, and closes their connections. */
  void close() throws SQLException {
    free.acquireUninterruptibly(max);
    try {
      LogReader reader;
      while ((reader = idle.poll()) != null) {
        reader.close();
      }
    } finally {
      free.release(max);
    }
  }
}
