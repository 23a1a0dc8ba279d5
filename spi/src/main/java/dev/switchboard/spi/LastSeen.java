package dev.switchboard.spi;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Remembers when users were last seen: when their last connection ended. It may forget those who
 * have been away longest. Thread-safe; no call blocks.
 */
public interface LastSeen extends AutoCloseable {
  /**
   * Records that a user was seen. An earlier time than the one recorded has no effect. What can't
   * be stored now is stored later, or lost.
   *
   * @param space the endpoint's path
   */
  void put(String space, String user, Instant time);

  /**
   * Returns when a user was last seen, by the records of all servers; empty if that is not known.
   * The stage fails with {@code RefusedException(UNAVAILABLE)} if the store can't be reached.
   */
  CompletionStage<Optional<Instant>> get(String space, String user);

  /** Stores what waits to be stored, within 5 seconds, and releases all resources. */
  @Override
  void close();
}
