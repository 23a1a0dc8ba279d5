package dev.switchboard.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a program's own events to whoever wants them, by class. Has nothing to do with connections.
 * Thread-safe.
 *
 * <p>Handlers run on the thread that emits, in the order in which they were put on. What one throws
 * goes to the handlers of errors, or to the log if there are none, and keeps no other from its
 * event. A handler put on or taken off while an event is handed out counts from the next one on.
 *
 * @param <E> what its events have in common, such as a sealed interface
 */
public final class Emitter<E> {
  private static final Logger LOG = LoggerFactory.getLogger(Emitter.class);

  private final CopyOnWriteArrayList<Listener<? extends E>> listeners =
      new CopyOnWriteArrayList<>();
  private final CopyOnWriteArrayList<Consumer<? super Throwable>> errors =
      new CopyOnWriteArrayList<>();

  private record Listener<T>(
      Class<T> type, Consumer<? super T> handler, boolean once, AtomicBoolean off) {

    /** Whether it wanted the event. */
    boolean offer(Object event) {
      if (!type.isInstance(event) || (once ? off.getAndSet(true) : off.get())) {
        return false;
      }
      handler.accept(type.cast(event));
      return true;
    }
  }

  /** An emitter that nobody listens to. */
  public Emitter() {}

  /** Calls a handler for every event of a class. */
  public <T extends E> Subscription on(Class<T> type, Consumer<? super T> handler) {
    return add(type, handler, false);
  }

  /** Calls a handler for the next event of a class, and then no more. */
  public <T extends E> Subscription once(Class<T> type, Consumer<? super T> handler) {
    return add(type, handler, true);
  }

  private <T extends E> Subscription add(Class<T> type, Consumer<? super T> handler, boolean once) {
    Listener<T> listener = new Listener<>(type, handler, once, new AtomicBoolean());
    listeners.add(listener);
    return () -> remove(listener);
  }

  private void remove(Listener<? extends E> listener) {
    listener.off.set(true);
    listeners.removeIf(one -> one.off.equals(listener.off));
  }

  /** Takes a handler off, wherever it was put on. Whether it was. */
  public boolean off(Consumer<?> handler) {
    boolean found = false;
    for (Listener<? extends E> listener : listeners) {
      if (listener.handler.equals(handler)) {
        remove(listener);
        found = true;
      }
    }
    return found;
  }

  /** Takes all handlers of a class off; not those of its subclasses. */
  public void off(Class<? extends E> type) {
    for (Listener<? extends E> listener : listeners) {
      if (listener.type.equals(type)) {
        remove(listener);
      }
    }
  }

  /** Calls a handler for what other handlers throw. */
  public Subscription onError(Consumer<? super Throwable> handler) {
    errors.add(handler);
    return () -> errors.remove(handler);
  }

  /** Hands an event to all who want it; returns how many did. */
  public int emit(E event) {
    int wanted = 0;
    for (Listener<? extends E> listener : listeners) {
      try {
        if (listener.offer(event)) {
          wanted++;
        }
      } catch (RuntimeException | Error thrown) {
        wanted++;
        failed(thrown);
      }
      if (listener.once && listener.off.get()) {
        remove(listener);
      }
    }
    return wanted;
  }

  private void failed(Throwable thrown) {
    if (errors.isEmpty()) {
      LOG.warn("a handler failed", thrown);
    }
    for (Consumer<? super Throwable> handler : errors) {
      try {
        handler.accept(thrown);
      } catch (RuntimeException | Error again) {
        LOG.warn("a handler of errors failed", again);
      }
    }
  }

  /** How many handlers there are for an event of that class. */
  public int listeners(Class<? extends E> type) {
    return (int) listeners.stream().filter(one -> one.type.isAssignableFrom(type)).count();
  }
}
