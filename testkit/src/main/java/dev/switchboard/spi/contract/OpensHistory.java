package dev.switchboard.spi.contract;

import dev.switchboard.spi.HistoryStore;

/** Opens the store under test. */
public interface OpensHistory {
  /**
   * Opens the store of the running test. It is empty the first time. If {@link #persistent()}, it
   * has everything it stored when it is opened again after closing. The test closes it.
   */
  HistoryStore open();

  /** Whether a store that is closed and opened again keeps its contents. */
  default boolean persistent() {
    return true;
  }
}
