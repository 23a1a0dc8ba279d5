package dev.switchboard.server.broker;

import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Broker.Subscriber;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscriber, and the position up to which it has heard of its log. It is registered from the
 * call on, so that it can be removed at any time, and takes effect at the point in the commit order
 * where the log's head was read. Thread-safe.
 *
 * <p>The position is why no entry is left out. An entry is passed on only if it is the next one.
 * Anything else reveals entries of which nobody here was told: a later seq or a new epoch, because
 * another server has appended; a duplicate, because an append that seemed to have failed had
 * succeeded. Then the missing entries are fetched from the log, once for all readers of this
 * server, and passed on in their order. A server that shares its store with nobody does not fetch:
 * it tells the subscriber that the log has moved, and each reader reads it.
 *
 * <p>A lock keeps the order, not the committing thread: what other servers have appended must wait
 * neither for a commit in progress nor for a store that hangs. Nothing blocks under the lock.
 */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBroker.class);
  private static final Position NOWHERE = new Position("", 0);

  /** How many own entries that wait for others' may keep the session that does not receive them. */
  private static final int MAX_WITHOUT = 1_000;

  private final LogKey log;
  private final Subscriber subscriber;
  private final @Nullable Fetching fetching; // null if nobody else appends to the store

  private volatile boolean inForce; // whether the position is known; written under the lock

  // Guarded by this.
  private Position last = NOWHERE; // of the last entry that was passed on, or need not be
  private Position heard = NOWHERE; // the furthest position that anybody has told of
  private boolean fetches; // whether a page was asked for and has not come
  private final Map<Long, String> without = new HashMap<>(0); // by seq; of entries to be fetched

  /** Fetches a page of entries, and hands it to {@link #page}, or calls {@link #unread}. */
  interface Fetching {
    /** Begins to fetch what comes after a position. Does not block. */
    void fetch(Following following, LogKey log, Position from);
  }

  Following(LogKey log, Subscriber subscriber, @Nullable Fetching fetching) {
    this.log = log;
    this.subscriber = subscriber;
    this.fetching = fetching;
  }

  /** Takes effect from the given position on. */
  synchronized void begin(Position head) {
    last = head;
    inForce = true;
    if (isAfterLast(heard)) { // heard of while the head was being read
      behind(heard);
    }
  }

  /** Ends: nothing is passed on any more, except what is being passed on just now. */
  void end() {
    inForce = false;
  }

  private boolean isAfterLast(Position place) {
    return place.epoch().equals(last.epoch()) && place.seq() > last.seq();
  }

  /** Handles the result of a publication. Called in the order of this server's commits. */
  synchronized void committed(Publication publication, Committed result) {
    Position place = result.position();
    boolean sameLife = place.epoch().equals(last.epoch());
    if (!inForce || (sameLife && place.seq() <= last.seq())) {
      return; // heard of before
    }
    if (!sameLife || place.seq() > last.seq() + 1 || result.duplicate()) {
      String session = publication.without();
      if (session != null && without.size() < MAX_WITHOUT) {
        without.put(place.seq(), session);
      }
      behind(place);
    } else if (pass(publication.at(place.seq()), publication.without())) {
      last = place;
    } else {
      moved(place);
    }
  }

  /** Handles the head of the log, which was just read from the store. */
  synchronized void head(Position head) {
    if (inForce && (head.seq() > last.seq() || !head.epoch().equals(last.epoch()))) {
      behind(head);
    }
  }

  /**
   * Handles a position that another server tells of. Returns whether it is plausible: if not, the
   * head should be read from the store.
   */
  synchronized boolean told(Position head) {
    if (!inForce) {
      if (!head.epoch().equals(heard.epoch()) || head.seq() > heard.seq()) {
        heard = head;
      }
      return true;
    }
    if (isAfterLast(head)) {
      behind(head);
    }
    return head.epoch().equals(last.epoch());
  }

  /** Passes on a fleeting message, possibly during another call. */
  void fleeting(Publication publication) {
    if (inForce) {
      boolean unused = pass(publication.at(0), publication.without());
    }
  }

  /** There are entries up to this position, of which the subscriber must hear. */
  private void behind(Position head) {
    if (fetching == null || !head.epoch().equals(last.epoch())) {
      moved(head);
      return;
    }
    if (!head.epoch().equals(heard.epoch()) || head.seq() > heard.seq()) {
      heard = head;
    }
    if (!fetches) {
      fetches = true;
      fetching.fetch(this, log, last);
    }
  }

  /** Passes on the entries of a page that was fetched, and asks for the next one if necessary. */
  synchronized void page(Position from, Page page) {
    fetches = false;
    if (!inForce || !from.epoch().equals(last.epoch())) {
      return;
    }
    Position head = page.head();
    if (!head.epoch().equals(last.epoch())
        || (page.first() > last.seq() + 1 && head.seq() > last.seq())) {
      moved(head); // what is next is not kept any more; readers find that out for themselves
    } else {
      pass(page);
    }
    Position target = isAfterLast(head) && head.seq() > heard.seq() ? head : heard;
    if (!isAfterLast(target)) {
      without.clear();
    } else if (last.seq() > from.seq()) {
      behind(target);
    } else { // the store does not show what was heard of; readers know how to wait for it
      moved(target);
    }
  }

  private void pass(Page page) {
    for (Entry entry : page.entries()) {
      if (entry.seq() == last.seq() + 1) {
        if (!pass(entry, without.remove(entry.seq()))) {
          moved(page.head());
          return;
        }
        last = new Position(last.epoch(), entry.seq());
      }
    }
  }

  /** The page could not be fetched. Whoever tells of the log next makes it be fetched again. */
  synchronized void unread() {
    fetches = false;
  }

  private boolean pass(Entry entry, @Nullable String session) {
    try {
      subscriber.entry(entry, session);
      return true;
    } catch (Throwable failure) { // it is committed, whatever happens to it here
      failed(failure);
      return false;
    }
  }

  private void moved(Position head) {
    try {
      subscriber.moved(head);
      last = head;
      without.clear();
    } catch (Throwable failure) { // the next entry will reveal the gap again
      failed(failure);
    }
  }

  private void failed(Throwable failure) {
    LOG.error("{}: passing entries on failed; readers go on from the log", log, failure);
    CommitHealth.throwIfFatal(failure);
  }
}
