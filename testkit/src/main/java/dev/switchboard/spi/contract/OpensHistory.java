package dev.switchboard.spi.contract;

import dev.switchboard.spi.HistoryStore;

/** How a contract gets the store that it tests. */
public interface OpensHistory {
  /**
   * Opens the store of the running test: empty the first time, and, if {@link #persistent()}, with
   * all that it kept when it is opened again after it was closed. The test closes it.
   */
  HistoryStore open();

  /** Whether a store that is closed and opened again keeps what it has. */
  default boolean persistent() {
    return true;
  }
}
