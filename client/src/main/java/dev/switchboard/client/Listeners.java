package dev.switchboard.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Handlers of one kind of event, in the order in which they were put on. Thread-safe. */
final class Listeners<E> {
  private final CopyOnWriteArrayList<Listener<E>> all = new CopyOnWriteArrayList<>();

  private record Listener<E>(
      Predicate<? super E> filter, Consumer<? super E> handler, boolean once, AtomicBoolean used) {}

  Subscription add(Predicate<? super E> filter, Consumer<? super E> handler, boolean once) {
    Listener<E> listener = new Listener<>(filter, handler, once, new AtomicBoolean());
    all.add(listener);
    return () -> {
      listener.used.set(true);
      all.remove(listener);
    };
  }

  boolean removeIf(Predicate<Consumer<? super E>> which) {
    return all.removeIf(listener -> which.test(listener.handler));
  }

  /** Hands an event to every handler that wants it; {@code failed} gets what they throw. */
  void tell(E event, Consumer<Throwable> failed) {
    for (Listener<E> listener : all) {
      if (!listener.filter.test(event) || listener.used.get()) {
        continue;
      }
      if (listener.once) {
        all.remove(listener);
        if (listener.used.getAndSet(true)) {
          continue;
        }
      }
      try {
        listener.handler.accept(event);
      } catch (Throwable thrown) {
        failed.accept(thrown);
      }
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  void clear() {
    all.clear();
  }
}
