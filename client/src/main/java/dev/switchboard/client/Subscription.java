package dev.switchboard.client;

/** A handler that can be taken off again. Thread-safe. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Takes the handler off; it is not called for anything that comes later. */
  @Override
  void close();
}
