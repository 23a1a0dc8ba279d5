package dev.switchboard.client.stream;

/**
 * What was received and waits to be read. While it is too much, the socket is not read.
 * Thread-safe.
 */
public interface Backlog {
  /** So many bytes more wait. */
  void hold(int bytes);

  /** They were read, or nobody will read them. */
  void letGo(int bytes);
}
