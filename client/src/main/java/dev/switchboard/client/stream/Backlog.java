package dev.switchboard.client.stream;

/**
 * Counts received bytes that wait to be read. While there are too many, the socket is not read.
 * Thread-safe.
 */
public interface Backlog {
  /** Adds bytes that wait. */
  void hold(int bytes);

  /** Removes bytes that were read, or that nobody will read. */
  void letGo(int bytes);
}
