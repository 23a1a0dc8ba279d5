package dev.switchboard.cluster;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.LogKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The users that this server has, and what of that the engine has yet to be told. Thread-safe.
 *
 * <p>For each user and place only the last change waits. What waits is therefore bounded by the
 * users here and those who left since; and if the node's lease is lost, by the users here and the
 * callers who wait, because the engine then forgets all others by itself.
 */
public final class OwnPresence {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  /** A user in a place. */
  public record Key(LogKey where, String user) {}

  /** A user came to a place, or left it. */
  public record Change(Key key, boolean enter) {}

  /** A change that waits; {@code done} is null if nobody waits for it. */
  private static final class Waiting {
    final boolean enter;
    @Nullable CompletableFuture<Void> done;

    Waiting(boolean enter, @Nullable CompletableFuture<Void> done) {
      this.enter = enter;
      this.done = done;
    }
  }

  // All guarded by this.
  private final Map<LogKey, Set<String>> users = new HashMap<>();
  private Map<Key, Waiting> pending = new LinkedHashMap<>(); // oldest first
  private Map<Key, Waiting> running = Map.of(); // the batch that was taken and is not done
  private boolean away; // the engine did not answer last time
  private boolean lost = true; // there is no lease, so the engine has nothing of this server

  /** Records that a user came. The stage fails if the engine is away. */
  synchronized CompletionStage<Void> enter(LogKey where, String user) {
    boolean changed = users.computeIfAbsent(where, place -> new LinkedHashSet<>(4)).add(user);
    return told(new Key(where, user), true, changed);
  }

  /** Records that a user left. The stage fails if the engine is away. */
  synchronized CompletionStage<Void> leave(LogKey where, String user) {
    Set<String> there = users.get(where);
    boolean changed = there != null && there.remove(user);
    if (there != null && there.isEmpty()) {
      users.remove(where);
    }
    return told(new Key(where, user), false, changed);
  }

  private CompletionStage<Void> told(Key key, boolean enter, boolean changed) {
    Waiting waiting = changed ? replace(key, enter) : pending.getOrDefault(key, running.get(key));
    if (waiting == null) {
      return DONE;
    }
    if (away) {
      return CompletableFuture.failedStage(unavailable());
    }
    if (waiting.done == null) {
      waiting.done = new CompletableFuture<>();
    }
    return waiting.done;
  }

  /** Makes a change wait instead of the last one. Returns null if it has no effect any more. */
  private @Nullable Waiting replace(Key key, boolean enter) {
    Waiting old = pending.remove(key);
    Waiting waiting = new Waiting(enter, old == null ? null : old.done);
    if (lost && !enter && waiting.done == null) {
      return null; // the engine has nothing to be taken back
    }
    pending.put(key, waiting);
    return waiting;
  }

  static RefusedException unavailable() {
    return new RefusedException(
        ErrorCode.UNAVAILABLE, "presence: the store does not answer (expected: try later)");
  }

  /** Returns whether a user is here. */
  synchronized boolean has(LogKey where, String user) {
    Set<String> there = users.get(where);
    return there != null && there.contains(user);
  }

  /** Returns whether any user is in this place here. */
  synchronized boolean hasAny(LogKey where) {
    return users.containsKey(where);
  }

  synchronized boolean isAway() {
    return away;
  }

  synchronized boolean isWaiting() {
    return !pending.isEmpty();
  }

  /** Takes the oldest changes, at most {@code limit}, to be carried out in this order. */
  synchronized List<Change> take(int limit) {
    Map<Key, Waiting> batch = new LinkedHashMap<>();
    var oldest = pending.entrySet().iterator();
    while (oldest.hasNext() && batch.size() < limit) {
      Map.Entry<Key, Waiting> next = oldest.next();
      batch.put(next.getKey(), next.getValue());
      oldest.remove();
    }
    running = batch;
    return batch.entrySet().stream()
        .map(change -> new Change(change.getKey(), change.getValue().enter))
        .toList();
  }

  /** The changes that were taken are carried out. */
  void done() {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    synchronized (this) {
      running.values().forEach(change -> addDone(change, done));
      running = Map.of();
    }
    done.forEach(stage -> stage.complete(null));
  }

  private static void addDone(Waiting change, List<CompletableFuture<Void>> done) {
    if (change.done != null) {
      done.add(change.done);
      change.done = null;
    }
  }

  /**
   * The engine does not answer. Fails all stages; what they stand for is carried out later.
   *
   * @return whether it answered before
   */
  boolean failed() {
    List<CompletableFuture<Void>> failed = new ArrayList<>();
    boolean news;
    synchronized (this) {
      news = !away;
      away = true;
      putBack();
      pending.values().forEach(change -> addDone(change, failed));
    }
    failed.forEach(stage -> stage.completeExceptionally(unavailable()));
    return news;
  }

  /** Makes the changes that were taken wait again, before all others. */
  private void putBack() {
    if (!running.isEmpty()) {
      Map<Key, Waiting> all = new LinkedHashMap<>();
      running.forEach((key, change) -> {
        Waiting newer = pending.get(key);
        if (newer == null) {
          all.put(key, change);
        } else if (newer.done == null) {
          newer.done = change.done;
        } else if (change.done != null) {
          CompletableFuture<Void> older = change.done;
          CompletionStage<Void> unused =
              newer.done.whenComplete((done, failure) -> complete(older, failure));
        }
      });
      all.putAll(pending);
      pending = all;
      running = Map.of();
    }
  }

  private static void complete(CompletableFuture<Void> stage, @Nullable Throwable failure) {
    if (failure == null) {
      stage.complete(null);
    } else {
      stage.completeExceptionally(failure);
    }
  }

  /**
   * The engine answers.
   *
   * @return whether it did not before
   */
  synchronized boolean answered() {
    boolean news = away;
    away = false;
    return news;
  }

  /** The lease is lost, and with it whatever the engine had of this server. */
  synchronized void lost() {
    lost = true;
    putBack();
    pending.values().removeIf(change -> !change.enter && change.done == null);
  }

  /** There is a new lease, under which everything has to be put in. */
  synchronized void renewed() {
    lost = false;
    users.forEach((where, there) ->
        there.forEach(user -> pending.putIfAbsent(new Key(where, user), new Waiting(true, null))));
  }
}
