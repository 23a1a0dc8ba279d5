package dev.switchboard.server;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Who is where, for a single server. News is told while the place is locked. Thread-safe. */
final class MemoryPresence implements PresenceStore {
  private static final Watcher NOBODY = (where, user, present, count) -> {};

  private final Map<LogKey, SequencedSet<String>> places = new ConcurrentHashMap<>();
  private volatile Watcher watcher = NOBODY;

  @Override
  public void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  @Override
  public CompletionStage<Void> enter(LogKey where, String user) {
    places.compute(
        where,
        (key, present) -> {
          SequencedSet<String> users = present == null ? new LinkedHashSet<>(4) : present;
          if (users.add(user)) {
            watcher.changed(where, user, true, users.size());
          }
          return users;
        });
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> leave(LogKey where, String user) {
    places.computeIfPresent(
        where,
        (key, users) -> {
          if (users.remove(user)) {
            watcher.changed(where, user, false, users.size());
          }
          return users.isEmpty() ? null : users;
        });
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Users> first(LogKey where, int limit) {
    return look(where, users -> new Users(users.stream().limit(limit).toList(), users.size()));
  }

  @Override
  public CompletionStage<Users> after(LogKey where, String name, int limit) {
    return look(
        where,
        users ->
            new Users(
                users.stream()
                    .filter(user -> user.compareTo(name) > 0)
                    .sorted()
                    .limit(limit)
                    .toList(),
                users.size()));
  }

  @Override
  public CompletionStage<Boolean> has(LogKey where, String user) {
    return look(where, users -> users.contains(user));
  }

  /** How many places have somebody in them. */
  int places() {
    return places.size();
  }

  private <T> CompletionStage<T> look(LogKey where, Function<SequencedSet<String>, T> at) {
    CompletableFuture<T> seen = new CompletableFuture<>();
    places.computeIfPresent(
        where,
        (key, users) -> {
          seen.complete(at.apply(users));
          return users;
        });
    if (!seen.isDone()) {
      seen.complete(at.apply(new LinkedHashSet<>(0)));
    }
    return seen;
  }

  @Override
  public void close() {
    places.clear();
  }
}
