package dev.switchboard.history.sqlite;

/** What the writer knows of one log. Confined to whoever holds the writer. */
final class LogState {
  final long id;

  /** The last seq that was given. */
  long head;

  /** The oldest seq that readers see; head + 1 if none is kept. */
  long first;

  /** No row has a lower seq. Rows below {@link #first} are there for their duplicate key only. */
  long lowest;

  /** Of the data from {@link #first} to {@link #head}. */
  long bytes;

  LogState(long id, long head, long first, long lowest, long bytes) {
    this.id = id;
    this.head = head;
    this.first = first;
    this.lowest = lowest;
    this.bytes = bytes;
  }
}
