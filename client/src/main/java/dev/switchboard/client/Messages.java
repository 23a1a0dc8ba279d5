package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a client, to be pulled one by one. They start when this object is created and end
 * when the client is closed or has given up. Up to 256 messages are buffered. While the buffer is
 * full, the client calls no handlers and stops reading, so close this object when you stop pulling.
 * Use it from one thread at a time, and not from a handler.
 *
 * <pre>{@code
 * try (var messages = client.messages()) {
 *   for (var message : messages) {
 *     …
 *   }
 * }
 * }</pre>
 *
 * @param <E> a message with its metadata
 */
public final class Messages<E> implements Iterable<E>, AutoCloseable {
  static final int CAPACITY = 256;

  private final Dispatcher dispatcher;
  private final Handoff<E> handoff;
  private final Subscription subscription;
  private @Nullable E next; // taken from the handoff by peek, but not by the user yet

  Messages(Dispatcher dispatcher, Handoff<E> handoff, Subscription subscription) {
    this.dispatcher = dispatcher;
    this.handoff = handoff;
    this.subscription = subscription;
  }

  /**
   * Returns the next message and blocks until there is one.
   *
   * @throws NoSuchElementException if no more will come, or the thread is interrupted, which it
   *     stays
   * @throws IllegalStateException if called from a handler, which would wait for itself
   */
  public E take() {
    E message = peek(Long.MAX_VALUE);
    if (message == null) {
      throw new NoSuchElementException("messages: ended");
    }
    next = null;
    return message;
  }

  /** Returns the next message if it arrives within this time. */
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

  /**
   * Returns an iterator over the messages not taken yet, which blocks for each. All iterators share
   * one sequence.
   */
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
