package dev.switchboard.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Handlers of one kind of event, in the order in which they were put on. Thread-safe. */
final class Listeners<E> {
  private final CopyOnWriteArrayList<Listener<E>> all = new CopyOnWriteArrayList<>();

  /** {@code key} and {@code given} are what the user put it on with. */
  private record Listener<E>(
      Object key,
      Object given,
      Predicate<? super E> filter,
      Consumer<? super E> handler,
      boolean once,
      AtomicBoolean used) {}

  Subscription add(Predicate<? super E> filter, Consumer<? super E> handler, boolean once) {
    return add("", handler, filter, handler, once);
  }

  /** Adds a handler that {@link #remove} finds again. */
  Subscription add(
      Object key,
      Object given,
      Predicate<? super E> filter,
      Consumer<? super E> handler,
      boolean once) {
    Listener<E> listener = new Listener<>(key, given, filter, handler, once, new AtomicBoolean());
    all.add(listener);
    return () -> {
      listener.used.set(true);
      all.remove(listener);
    };
  }

  /** Takes off what was put on with a key, and with that handler unless it is null. */
  void remove(Object key, @Nullable Object given) {
    all.removeIf(listener -> {
      boolean found = listener.key.equals(key) && (given == null || listener.given.equals(given));
      if (found) {
        listener.used.set(true);
      }
      return found;
    });
  }

  /**
   * Hands an event to every handler that wants it; {@code failed} gets what they throw.
   *
   * @return whether there was one
   */
  boolean tell(E event, Consumer<Throwable> failed) {
    boolean wanted = false;
    for (Listener<E> listener : all) {
      try {
        wanted |= offer(listener, event);
      } catch (Throwable thrown) {
        wanted = true;
        failed.accept(thrown);
      }
    }
    return wanted;
  }

  private boolean offer(Listener<E> listener, E event) {
    if (!listener.filter.test(event) || listener.used.get()) {
      return false;
    }
    if (listener.once) {
      all.remove(listener);
      if (listener.used.getAndSet(true)) {
        return false;
      }
    }
    listener.handler.accept(event);
    return true;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  void clear() {
    all.clear();
  }
}
