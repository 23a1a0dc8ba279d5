package dev.switchboard.spi;

import java.util.List;

/**
 * Keeps what operators have forbidden, so that it outlives a restart. Servers hold all of it in
 * memory and ask the store only when they start. Thread-safe; calls may block.
 */
public interface RestrictionStore extends AutoCloseable {
  /**
   * Returns the restrictions that are in force. May forget those that have ended.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if the store can't be
   *     reached
   */
  List<Restriction> load();

  /**
   * Keeps a restriction, in place of the one with the same key. When it returns, a restart does not
   * undo it.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if it could not be kept
   */
  void put(Restriction restriction);

  /**
   * Removes a restriction. Has no effect if there is none.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if it could not be
   *     removed
   */
  void remove(Restriction.Key key);

  /** Releases what the store holds. */
  @Override
  void close();
}
