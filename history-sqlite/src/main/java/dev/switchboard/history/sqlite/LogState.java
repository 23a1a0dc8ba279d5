package dev.switchboard.history.sqlite;

/** What the writer knows about one log. Guarded by the writer's lock. */
final class LogState {
  final long id;

  /** The last seq that was assigned. */
  long head;

  /** The oldest seq that readers see; head + 1 if nothing is kept. */
  long first;

  /** No row has a lower seq. Rows below {@link #first} exist only for their duplicate key. */
  long lowest;

  /** The size of the data from {@link #first} to {@link #head}. */
  long bytes;

  LogState(long id, long head, long first, long lowest, long bytes) {
    this.id = id;
    this.head = head;
    this.first = first;
    this.lowest = lowest;
    this.bytes = bytes;
  }
}
