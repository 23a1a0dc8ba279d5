package dev.switchboard.server;

import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Who is where in a {@link ScaleSimulation}. Tells each server that has somebody there. */
final class ScalePresence {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private final Map<LogKey, Map<String, List<End>>> places = new HashMap<>();
  private final List<End> ends = new ArrayList<>();

  End end(ScaleNode node) {
    End end = new End(node);
    ends.add(end);
    return end;
  }

  /** The users of a server that has died are gone. */
  void clear(ScaleNode dead) {
    ends.stream().filter(end -> end.node == dead).toList().forEach(End::clear);
  }

  /** One server's part. */
  final class End implements PresenceStore {
    private final ScaleNode node;
    private final Map<LogKey, Integer> here = new HashMap<>(); // how many users it has in a place
    private Watcher watcher = (where, user, present, count) -> {};

    private End(ScaleNode node) {
      this.node = node;
    }

    @Override
    public void watch(Watcher newWatcher) {
      watcher = newWatcher;
    }

    @Override
    public CompletionStage<Void> enter(LogKey where, String user) {
      Map<String, List<End>> users = places.computeIfAbsent(where, place -> new LinkedHashMap<>());
      List<End> at = users.computeIfAbsent(user, name -> new ArrayList<>(1));
      if (!at.contains(this)) {
        at.add(this);
        here.merge(where, 1, Integer::sum);
        if (at.size() == 1) {
          tell(where, user, true, users.size());
        }
      }
      return DONE;
    }

    @Override
    public CompletionStage<Void> leave(LogKey where, String user) {
      Map<String, List<End>> users = places.get(where);
      List<End> at = users == null ? null : users.get(user);
      if (users != null && at != null && at.remove(this)) {
        here.computeIfPresent(where, (place, count) -> count == 1 ? null : count - 1);
        if (at.isEmpty()) {
          users.remove(user);
          tell(where, user, false, users.size());
        }
      }
      return DONE;
    }

    private void tell(LogKey where, String user, boolean present, int count) {
      for (End end : ends) {
        if (end.node.alive() && end.here.containsKey(where)) {
          end.watcher.changed(where, user, present, count);
        }
      }
    }

    private void clear() {
      ends.remove(this);
      for (LogKey where : List.copyOf(here.keySet())) {
        List.copyOf(places.getOrDefault(where, Map.of()).keySet())
            .forEach(user -> leave(where, user));
      }
    }

    private CompletionStage<Users> some(LogKey where, int limit) {
      Map<String, List<End>> users = places.getOrDefault(where, Map.of());
      return CompletableFuture.completedStage(
          new Users(users.keySet().stream().limit(limit).toList(), users.size()));
    }

    @Override
    public CompletionStage<Users> first(LogKey where, int limit) {
      return some(where, limit);
    }

    @Override
    public CompletionStage<Users> after(LogKey where, String name, int limit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> has(LogKey where, String user) {
      return CompletableFuture.completedStage(
          places.getOrDefault(where, Map.of()).containsKey(user));
    }

    @Override
    public void close() {}
  }
}
