package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.spi.LastSeen;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The rules that every {@link LastSeen} must satisfy. Implement this interface in a test class. */
public interface LastSeenContract {
  /** A time when somebody was seen. */
  Instant TIME = Instant.ofEpochMilli(1_766_300_000_123L);

  /**
   * Opens the store of one server. If {@link #shared()}, a second call in the same test opens that
   * of another server of the same deployment. The test closes it.
   */
  LastSeen open();

  /** Whether servers share the store's contents. */
  default boolean shared() {
    return true;
  }

  private static Optional<Instant> get(LastSeen store, String space, String user) {
    return store.get(space, user).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** What was put is there at once, for its user and space only. */
  @Test
  default void knowsWhenAUserWasSeen() {
    try (LastSeen store = open()) {
      store.put("/ws", "ann é 名", TIME);
      assertThat(get(store, "/ws", "ann é 名")).contains(TIME);
      assertThat(get(store, "/ws", "ann")).isEmpty();
      assertThat(get(store, "/other", "ann é 名")).isEmpty();
    }
  }

  /** Servers may report late. */
  @Test
  default void anEarlierTimeHasNoEffect() {
    try (LastSeen store = open()) {
      store.put("/ws", "ann", TIME);
      store.put("/ws", "ann", TIME.minusSeconds(1));
      assertThat(get(store, "/ws", "ann")).contains(TIME);
      store.put("/ws", "ann", TIME.plusSeconds(1));
      assertThat(get(store, "/ws", "ann")).contains(TIME.plusSeconds(1));
    }
  }

  /** The latest time of all servers counts, also of those that have closed. */
  @Test
  default void serversShareWhatTheyKnow() {
    assumeTrue(shared());
    try (LastSeen one = open()) {
      try (LastSeen other = open()) {
        other.put("/ws", "ann", TIME.plusSeconds(1));
        other.put("/ws", "bob", TIME);
      }
      one.put("/ws", "ann", TIME);
      one.put("/ws", "bob", TIME.plusSeconds(1));
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (get(one, "/ws", "ann").equals(Optional.of(TIME)) && System.nanoTime() - until < 0) {
        LockSupport.parkNanos(5_000_000);
      }
      assertThat(get(one, "/ws", "ann")).contains(TIME.plusSeconds(1));
      assertThat(get(one, "/ws", "bob")).contains(TIME.plusSeconds(1));
    }
  }
}
