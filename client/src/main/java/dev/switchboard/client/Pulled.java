package dev.switchboard.client;

import dev.switchboard.client.engine.Dispatcher;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/** Everything that pulls messages from one client. Thread-safe. */
final class Pulled {
  private final Dispatcher dispatcher;
  private final Set<Handoff<?>> handoffs = ConcurrentHashMap.newKeySet();

  Pulled(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /** Returns messages fed by a subscription. */
  <E> Messages<E> messages(Function<Consumer<E>, Subscription> subscribing) {
    Handoff<E> handoff = new Handoff<>(Messages.CAPACITY, dispatcher);
    return new Messages<>(dispatcher, handoff, open(handoff, subscribing));
  }

  /** Returns a publisher whose subscriptions are fed independently. */
  <E> Flow.Publisher<E> publisher(Function<Consumer<E>, Subscription> subscribing) {
    return subscriber -> {
      Handoff<E> handoff = new Handoff<>(Messages.CAPACITY, dispatcher);
      AtomicReference<Subscription> feed = new AtomicReference<>(() -> {});
      FlowSubscription<E> publishing =
          new FlowSubscription<>(handoff, subscriber, () -> feed.get().close());
      feed.set(open(handoff, subscribing));
      publishing.start();
    };
  }

  private <E> Subscription open(
      Handoff<E> handoff, Function<Consumer<E>, Subscription> subscribing) {
    handoffs.add(handoff);
    Subscription subscription = subscribing.apply(handoff::put);
    return () -> {
      subscription.close();
      handoff.end();
      handoffs.remove(handoff);
    };
  }

  /** Ends them all. */
  void end() {
    handoffs.forEach(Handoff::end);
    handoffs.clear();
  }
}
