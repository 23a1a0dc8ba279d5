package dev.switchboard.server.broker;

import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who follows which log in this process. An append that failed leaves its logs in doubt: they may
 * have entries that nobody here was told of. The next commit to such a log shows it; for those that
 * have none, {@link #settle} asks the store. Thread-safe but for what is said to be for who
 * commits.
 */
final class Subscriptions {
  private final Map<LogKey, Following> followed = new ConcurrentHashMap<>();
  private final Set<LogKey> doubts = new HashSet<>(); // confined to who commits

  void put(LogKey log, Following following) {
    followed.put(log, following);
  }

  void remove(LogKey log) {
    followed.remove(log);
  }

  void fleeting(Publication publication) {
    Following following = followed.get(publication.log());
    if (following != null) {
      following.fleeting(publication);
    }
  }

  /** Passes on what was committed. Only for who commits, in the order of the commits. */
  void committed(List<Publication> publications, List<Committed> results) {
    for (int i = 0; i < publications.size(); i++) {
      Following following = followed.get(publications.get(i).log());
      if (following != null) {
        following.committed(publications.get(i), results.get(i));
      }
    }
  }

  /** It is unknown whether these were appended. Only for who commits. */
  void doubt(List<Publication> publications) {
    for (Publication publication : publications) {
      if (followed.containsKey(publication.log())) {
        doubts.add(publication.log());
      }
    }
  }

  /** Whether a log is in doubt. Only for who commits. */
  boolean inDoubt() {
    return !doubts.isEmpty();
  }

  /**
   * Asks the store for the heads of the logs in doubt. Only for who commits.
   *
   * @throws RuntimeException if the store does not answer; the rest stays in doubt
   */
  void settle(HistoryStore store) {
    for (Iterator<LogKey> logs = doubts.iterator(); logs.hasNext(); logs.remove()) {
      LogKey log = logs.next();
      Following following = followed.get(log);
      if (following != null) {
        following.head(store.head(log));
      }
    }
  }
}
