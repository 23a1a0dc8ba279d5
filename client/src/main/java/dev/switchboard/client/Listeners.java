package dev.switchboard.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The handlers of one kind of event, in the order in which they were added. Thread-safe. */
final class Listeners<E> {
  private final CopyOnWriteArrayList<Listener<E>> all = new CopyOnWriteArrayList<>();

  /** {@code key} and {@code given} are what the user added the handler with. */
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

  /** Removes the handlers with this key, or only the given one unless it is null. */
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
   * Delivers an event to every matching handler; {@code failed} receives what they throw.
   *
   * @return whether a handler matched
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
