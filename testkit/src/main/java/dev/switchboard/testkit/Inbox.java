package dev.switchboard.testkit;

import dev.switchboard.client.Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Predicate;

/** The messages and events of a client that no assertion has taken yet. Thread-safe. */
final class Inbox {
  private static final int MOST = 100_000;
  private static final int SHOWN = 10;
  private static final Map<Client<?>, Inbox> ALL = Collections.synchronizedMap(new WeakHashMap<>());

  private final List<Object> untaken = new ArrayList<>(); // guarded by this

  /** Starts recording what a client receives, unless it is recorded already. */
  static <M> void watch(Client<M> client) {
    Inbox inbox = new Inbox();
    if (ALL.putIfAbsent(client, inbox) == null) {
      client.on(inbox::add);
      client.events(inbox::add);
    }
  }

  static Inbox of(Client<?> client) {
    return Optional.ofNullable(ALL.get(client))
        .orElseThrow(() ->
            new IllegalStateException(
                "client: not watched (expected: injected by TestServer, or passed to watch)"));
  }

  private synchronized void add(Object came) {
    if (untaken.size() == MOST) {
      untaken.remove(0);
    }
    untaken.add(came);
    notifyAll();
  }

  /** Takes the first match, waiting for it if necessary. */
  synchronized Optional<Object> take(Predicate<Object> wanted, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      for (Iterator<Object> all = untaken.iterator(); all.hasNext(); ) {
        Object one = all.next();
        if (wanted.test(one)) {
          all.remove();
          return Optional.of(one);
        }
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return Optional.empty();
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
  }

  /** Describes what is left, for the messages of failures. */
  synchronized String shown() {
    return untaken.isEmpty()
        ? "nothing else"
        : untaken.size() + " others: " + untaken.subList(0, Math.min(SHOWN, untaken.size()));
  }
}
