package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages to be pulled, from the moment it was made: each is waited for, and they end when the
 * client is closed or has given up. It holds 256 messages; while it is full the client calls no
 * handlers and reads no more, so close it when it is no longer read. For one thread at a time,
 * which must not be running a handler.
 *
 * <pre>{@code
 * try (var messages = client.messages()) {
 *   for (var message : messages) {
 *     …
 *   }
 * }
 * }</pre>
 *
 * @param <E> a message with its details
 */
public final class Messages<E> implements Iterable<E>, AutoCloseable {
  static final int CAPACITY = 256;

  private final Dispatcher dispatcher;
  private final Handoff<E> handoff;
  private final Subscription subscription;
  private @Nullable E next;

  Messages(Dispatcher dispatcher, Handoff<E> handoff, Subscription subscription) {
    this.dispatcher = dispatcher;
    this.handoff = handoff;
    this.subscription = subscription;
  }

  /**
   * The next message; waits for it.
   *
   * @throws NoSuchElementException if no more will come, or the thread is interrupted and stays so
   * @throws IllegalStateException if a handler calls it, which would wait for itself
   */
  public E take() {
    E message = peek(Long.MAX_VALUE);
    if (message == null) {
      throw new NoSuchElementException("messages: ended");
    }
    next = null;
    return message;
  }

  /** The next message if it comes in that time. */
  public Optional<E> poll(Duration timeout) {
    E message = peek(timeout.toNanos());
    next = null;
    return Optional.ofNullable(message);
  }

  private @Nullable E peek(long nanos) {
    E present = next;
    if (present != null) {
      return present;
    }
    if (dispatcher.inHandler()) {
      throw new IllegalStateException("messages: pulled by a handler (expected: another thread)");
    }
    try {
      present = handoff.take(nanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    next = present;
    return present;
  }

  /** Iterates over what is not taken yet, waiting for each; there is one such sequence. */
  @Override
  public Iterator<E> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return peek(Long.MAX_VALUE) != null;
      }

      @Override
      public E next() {
        return take();
      }
    };
  }

  @Override
  public void close() {
    subscription.close();
  }
}
