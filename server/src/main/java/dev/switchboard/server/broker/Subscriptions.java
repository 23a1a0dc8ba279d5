package dev.switchboard.server.broker;

import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subscribers of logs in this process. A failed append leaves its logs in doubt: they may
 * contain entries of which nobody here was told. The next commit to such a log reveals them; for
 * logs without one, {@link #settle} asks the store. Thread-safe, except for methods reserved for
 * the committing thread: that of the {@link Committer}, or, with an immediate store, a publisher's
 * that holds the broker's lock.
 */
final class Subscriptions {
  private final Map<LogKey, Following> followed = new ConcurrentHashMap<>();
  private final Set<LogKey> doubts = new HashSet<>(); // confined to the committing thread

  void put(LogKey log, Following following) {
    followed.put(log, following);
  }

  void remove(LogKey log) {
    Following following = followed.remove(log);
    if (following != null) {
      following.end();
    }
  }

  /** Returns the logs that are followed now. */
  List<LogKey> logs() {
    return List.copyOf(followed.keySet());
  }

  /** Takes the head of a log, which was just read from the store. */
  void head(LogKey log, Position head) {
    Following following = followed.get(log);
    if (following != null) {
      following.head(head);
    }
  }

  /**
   * Takes a position that another server tells of. Returns whether it is plausible: if not, the
   * head should be read from the store.
   */
  boolean told(LogKey log, Position head) {
    Following following = followed.get(log);
    return following == null || following.told(head);
  }

  void fleeting(Publication publication) {
    Following following = followed.get(publication.log());
    if (following != null) {
      following.fleeting(publication);
    }
  }

  /** Passes on committed entries. Only for the committing thread, in the order of the commits. */
  void committed(List<Publication> publications, List<Committed> results) {
    for (int i = 0; i < publications.size(); i++) {
      Following following = followed.get(publications.get(i).log());
      if (following != null) {
        following.committed(publications.get(i), results.get(i));
      }
    }
  }

  /**
   * Marks the logs of publications of which it is unknown whether they were appended. Only for the
   * committing thread.
   */
  void doubt(List<Publication> publications) {
    for (Publication publication : publications) {
      if (followed.containsKey(publication.log())) {
        doubts.add(publication.log());
      }
    }
  }

  /** Whether any log is in doubt. Only for the committing thread. */
  boolean inDoubt() {
    return !doubts.isEmpty();
  }

  /**
   * Asks the store for the heads of the logs in doubt. Only for the committing thread.
   *
   * @throws RuntimeException if the store does not answer; the other logs remain in doubt
   */
  void settle(HistoryStore store) {
    for (Iterator<LogKey> logs = doubts.iterator(); logs.hasNext(); logs.remove()) {
      LogKey log = logs.next();
      if (followed.containsKey(log)) {
        head(log, store.head(log));
      }
    }
  }
}
