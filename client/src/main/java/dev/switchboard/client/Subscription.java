package dev.switchboard.client;

/** A handler that can be removed again. Thread-safe. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Removes the handler. It is not called for anything that happens later. */
  @Override
  void close();
}
