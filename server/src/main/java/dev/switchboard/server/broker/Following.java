package dev.switchboard.server.broker;

import dev.switchboard.spi.Broker.Subscriber;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscriber, and the position up to which it has heard of its log. It is registered from the
 * call on, so that it can be removed at any time, and takes effect at the point in the commit order
 * where the log's head was read.
 *
 * <p>The position is why no entry is left out. An entry is passed on only if it is the next one.
 * Anything else reveals entries of which nobody here was told: a later seq or a new epoch, because
 * another process has appended; a duplicate, because an append that seemed to have failed had
 * succeeded. Then the subscriber is told that the log has moved, and reads it.
 *
 * <p>The committing thread is that of the {@link Committer}, or, with an immediate store, a
 * publisher's that holds the broker's lock.
 */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBroker.class);

  private final LogKey log;
  private final Subscriber subscriber;
  private volatile boolean inForce; // written by the committing thread
  private Position last = new Position("", 0); // confined to the committing thread

  Following(LogKey log, Subscriber subscriber) {
    this.log = log;
    this.subscriber = subscriber;
  }

  /** Takes effect from the given position on. Only for the committing thread. */
  void begin(Position head) {
    last = head;
    inForce = true;
  }

  /**
   * Handles the result of a publication. Only for the committing thread, in the order of the
   * commits.
   */
  void committed(Publication publication, Committed result) {
    Position place = result.position();
    boolean sameLife = place.epoch().equals(last.epoch());
    if (!inForce || (sameLife && place.seq() <= last.seq())) {
      return; // heard of before
    }
    if (!sameLife || place.seq() > last.seq() + 1 || result.duplicate()) {
      moved(place);
    } else if (pass(publication, place.seq())) {
      last = place;
    } else {
      moved(place);
    }
  }

  /** Handles the head of the log, which was just read. Only for the committing thread. */
  void head(Position head) {
    if (inForce && (head.seq() > last.seq() || !head.epoch().equals(last.epoch()))) {
      moved(head);
    }
  }

  /** Passes on a fleeting message. Thread-safe. */
  void fleeting(Publication publication) {
    if (inForce) {
      pass(publication, 0);
    }
  }

  private boolean pass(Publication publication, long seq) {
    try {
      subscriber.entry(publication.at(seq), publication.without());
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
    } catch (Throwable failure) { // the next entry will reveal the gap again
      failed(failure);
    }
  }

  private void failed(Throwable failure) {
    LOG.error("{}: passing entries on failed; readers go on from the log", log, failure);
    CommitHealth.throwIfFatal(failure);
  }
}
