package dev.switchboard.spi;

import org.jspecify.annotations.Nullable;

/**
 * What the servers of a deployment share, as one of them sees it. A server that is given a cluster
 * closes its parts and then the cluster itself. Thread-safe.
 */
public interface Cluster extends AutoCloseable {
  /** Returns the logs. Each call returns the same store, to which all servers append. */
  HistoryStore history();

  /** Returns the bus. Each call returns the same one. The server starts it. */
  Bus bus();

  /** Returns who is where, over all servers; null if each server knows only its own users. */
  default @Nullable PresenceStore presence() {
    return null;
  }

  /** Returns when users were last seen; null if each server knows only its own users. */
  default @Nullable LastSeen lastSeen() {
    return null;
  }

  /** Returns what operators have forbidden; null if each server keeps that for itself. */
  default @Nullable RestrictionStore restrictions() {
    return null;
  }

  /**
   * Returns where bind codes wait that any server may take, for endpoints that were given no other
   * store; null if each server keeps its own.
   */
  default @Nullable BindCodes bindCodes() {
    return null;
  }

  /**
   * Returns what transactions of the application leave to be published. Each call returns the same.
   * The server starts it; null if there is no such thing.
   */
  default @Nullable TransactionalMessages transactionalMessages() {
    return null;
  }

  /** Releases what the parts share, after they were closed. */
  @Override
  void close();
}
