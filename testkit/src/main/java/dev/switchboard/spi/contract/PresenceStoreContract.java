package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.PresenceStore.Users;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The rules that every {@link PresenceStore} must satisfy. Implement this interface in a test
 * class.
 */
public interface PresenceStoreContract {
  /** The place that most rules use. */
  LogKey PLACE = new LogKey("/ws", Address.room("general"));

  /** So many users that a request must not look at all of them. */
  int MANY = 20_000;

  /**
   * Opens the store of one server. If {@link #shared()}, a second call in the same test opens that
   * of another server of the same deployment. The test closes it.
   */
  PresenceStore open();

  /** Whether servers can share the store's contents. */
  default boolean shared() {
    return true;
  }

  @Test
  default void whoEntersIsThereUntilTheyLeave() {
    try (PresenceStore store = open()) {
      store.watch((where, user, present, count) -> {});
      assertThat(get(store.has(PLACE, "ann"))).isFalse();
      assertThat(get(store.first(PLACE, 9))).isEqualTo(new Users(List.of(), 0));
      get(store.enter(PLACE, "ann"));
      assertThat(get(store.has(PLACE, "ann"))).isTrue();
      assertThat(get(store.has(PLACE, "Ann"))).isFalse();
      assertThat(get(store.first(PLACE, 9))).isEqualTo(new Users(List.of("ann"), 1));
      get(store.leave(PLACE, "ann"));
      assertThat(get(store.has(PLACE, "ann"))).isFalse();
      assertThat(get(store.first(PLACE, 9)).count()).isZero();
    }
  }

  @Test
  default void everyChangeIsToldOnceAndWhatChangesNothingIsNot() {
    try (PresenceStore store = open()) {
      Changes changes = Changes.of(store);
      get(store.enter(PLACE, "ann"));
      get(store.enter(PLACE, "ann"));
      get(store.enter(PLACE, "bob"));
      get(store.leave(PLACE, "carl"));
      get(store.leave(PLACE, "ann"));
      get(store.leave(PLACE, "ann"));
      changes.expect(PLACE, "+ann 1", "+bob 2", "-ann 1");
    }
  }

  @Test
  default void theFirstAreThoseWhoHaveBeenThereForLongest() {
    try (PresenceStore store = open()) {
      store.watch((where, user, present, count) -> {});
      for (String user : List.of("dora", "bob", "ann", "carl")) {
        get(store.enter(PLACE, user));
      }
      assertThat(get(store.first(PLACE, 2))).isEqualTo(new Users(List.of("dora", "bob"), 4));
      get(store.leave(PLACE, "dora"));
      get(store.enter(PLACE, "dora"));
      assertThat(get(store.first(PLACE, 9)).names()).containsExactly("bob", "ann", "carl", "dora");
    }
  }

  @Test
  default void pagesAreInTheOrderOfNames() {
    try (PresenceStore store = open()) {
      store.watch((where, user, present, count) -> {});
      List<String> names = List.of("Zoe", "ann", "bob", "änne", "房", "\uFF21", "\uD83D\uDE00");
      names.reversed().forEach(user -> get(store.enter(PLACE, user)));
      assertThat(get(store.after(PLACE, "", 99))).isEqualTo(new Users(names, 7));
      assertThat(get(store.after(PLACE, "ann", 2))).isEqualTo(new Users(List.of("bob", "änne"), 7));
      assertThat(get(store.after(PLACE, "bo", 1)).names()).containsExactly("bob");
      assertThat(get(store.after(PLACE, "\uFF21", 9)).names()).containsExactly("\uD83D\uDE00");
      assertThat(get(store.after(PLACE, "\uD83D\uDE00", 9)).names()).isEmpty();
    }
  }

  @Test
  default void aPageCostsWhatItHoldsHoweverManyUsersThereAre() {
    try (PresenceStore store = open()) {
      store.watch((where, user, present, count) -> {});
      for (int i = 0; i < MANY; i++) {
        get(store.enter(PLACE, "user" + i));
      }
      assertTimeoutPreemptively(
          Duration.ofSeconds(30), // a store that sorts all users each time takes minutes
          () -> {
            for (int i = 0; i < MANY; i++) {
              assertThat(get(store.after(PLACE, "user" + i, 2)).count()).isEqualTo(MANY);
              assertThat(get(store.first(PLACE, 2)).names()).containsExactly("user0", "user1");
            }
          });
    }
  }

  @Test
  default void placesAreApart() {
    List<LogKey> places =
        List.of(
            PLACE,
            new LogKey("/other", Address.room("general")),
            new LogKey("/ws", Address.room("'; DROP *")),
            new LogKey("/ws", Address.EVERYONE));
    try (PresenceStore store = open()) {
      Changes changes = Changes.of(store);
      for (int i = 0; i < places.size(); i++) {
        get(store.enter(places.get(i), "user" + i));
      }
      for (int i = 0; i < places.size(); i++) {
        assertThat(get(store.first(places.get(i), 9)).names()).containsExactly("user" + i);
        changes.expect(places.get(i), "+user" + i + " 1");
      }
    }
  }

  @Test
  default void whatManyThreadsDoIsToldInTheOrderInWhichItHappened() throws Exception {
    try (PresenceStore store = open();
        ExecutorService pool = Executors.newFixedThreadPool(8)) {
      Changes changes = Changes.of(store);
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Random random = new Random(i);
        tasks.add(() -> {
          for (int turn = 0; turn < 200; turn++) {
            String user = "user" + random.nextInt(5);
            get(random.nextBoolean() ? store.enter(PLACE, user) : store.leave(PLACE, user));
          }
          return null;
        });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
      List<String> names = get(store.first(PLACE, 9)).names();
      get(store.enter(PLACE, "last"));
      Set<String> there = new LinkedHashSet<>();
      for (String change : changes.before(PLACE, "last")) {
        String user = change.substring(1, change.indexOf(' '));
        assertThat(change.charAt(0) == '+' ? there.add(user) : there.remove(user)).isTrue();
        assertThat(change).endsWith(" " + there.size());
      }
      assertThat(names).containsExactlyElementsOf(there);
    }
  }

  @Test
  default void aUserOfTwoServersIsOneAndBothServersHearOfEverybody() {
    assumeTrue(shared(), "the store is of one server");
    try (PresenceStore store = open();
        PresenceStore other = open()) {
      Changes changes = Changes.of(store);
      Changes others = Changes.of(other);
      get(store.enter(PLACE, "ann"));
      get(other.enter(PLACE, "bob"));
      get(other.enter(PLACE, "ann"));
      get(store.leave(PLACE, "ann"));
      assertThat(get(store.first(PLACE, 9))).isEqualTo(new Users(List.of("ann", "bob"), 2));
      assertThat(get(other.has(PLACE, "ann"))).isTrue();
      get(other.leave(PLACE, "ann"));
      assertThat(get(store.has(PLACE, "ann"))).isFalse();
      others.expect(PLACE, "+bob 2", "-ann 1");
      changes.expect(PLACE, "+ann 1", "+bob 2");
    }
  }

  @Test
  default void whatAServerHeldIsLetGoWhenItCloses() {
    assumeTrue(shared(), "the store is of one server");
    try (PresenceStore store = open()) {
      Changes changes = Changes.of(store);
      get(store.enter(PLACE, "ann"));
      PresenceStore other = open();
      other.watch((where, user, present, count) -> {});
      get(other.enter(PLACE, "bob"));
      other.close();
      changes.expect(PLACE, "+ann 1", "+bob 2", "-bob 1");
    }
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
