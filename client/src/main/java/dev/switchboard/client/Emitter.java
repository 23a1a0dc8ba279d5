package dev.switchboard.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a program's own events to handlers by class. Independent of connections. Thread-safe.
 *
 * <p>Handlers run on the emitting thread, in the order in which they were added. If a handler
 * throws, the exception goes to the error handlers, or to the log if there are none, and the other
 * handlers are still called. Adding or removing a handler while an event is being delivered takes
 * effect with the next event.
 *
 * @param <E> the common type of its events, such as a sealed interface
 */
public final class Emitter<E> {
  private static final Logger LOG = LoggerFactory.getLogger(Emitter.class);

  private final CopyOnWriteArrayList<Listener<? extends E>> listeners =
      new CopyOnWriteArrayList<>();
  private final CopyOnWriteArrayList<Consumer<? super Throwable>> errors =
      new CopyOnWriteArrayList<>();

  private record Listener<T>(
      Class<T> type, Consumer<? super T> handler, boolean once, AtomicBoolean off) {

    /** Calls the handler if it matches. Returns whether it did. */
    boolean offer(Object event) {
      if (!type.isInstance(event) || (once ? off.getAndSet(true) : off.get())) {
        return false;
      }
      handler.accept(type.cast(event));
      return true;
    }
  }

  /** Creates an emitter without handlers. */
  public Emitter() {}

  /** Calls a handler for every event of a class. */
  public <T extends E> Subscription on(Class<T> type, Consumer<? super T> handler) {
    return add(type, handler, false);
  }

  /** Calls a handler for the next event of a class only. */
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

  /** Removes a handler from all classes. Returns whether it was there. */
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

  /** Removes all handlers of a class, but not those of its subclasses. */
  public void off(Class<? extends E> type) {
    for (Listener<? extends E> listener : listeners) {
      if (listener.type.equals(type)) {
        remove(listener);
      }
    }
  }

  /** Calls a handler for exceptions thrown by other handlers. */
  public Subscription onError(Consumer<? super Throwable> handler) {
    errors.add(handler);
    return () -> errors.remove(handler);
  }

  /** Delivers an event to all matching handlers. Returns how many there were. */
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

  /** Returns how many handlers match events of this class. */
  public int listeners(Class<? extends E> type) {
    return (int) listeners.stream().filter(one -> one.type.isAssignableFrom(type)).count();
  }
}
