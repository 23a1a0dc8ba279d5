package dev.switchboard.server.broker;

import dev.switchboard.spi.Broker.Subscriber;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscriber and the place up to which it has heard of its log. Known from the call on, so that
 * it can be ended at any time; in force from the place in the order that its head was read at.
 *
 * <p>The place is why nothing is left out. An entry is passed on only if it is the next one. What
 * comes otherwise tells of entries that nobody here was told of: a later seq, or an epoch that is
 * new, because another process appended, and a duplicate, because an append that seemed to have
 * failed had not. Then the subscriber is told that the log has moved, and reads it.
 */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);

  private final LogKey log;
  private final Subscriber subscriber;
  private volatile boolean inForce;
  private Position last = new Position("", 0); // confined to who commits

  Following(LogKey log, Subscriber subscriber) {
    this.log = log;
    this.subscriber = subscriber;
  }

  /** In force from that place on. Only for who commits. */
  void begin(Position head) {
    last = head;
    inForce = true;
  }

  /** What became of a publication. Only for who commits, in the order of the commits. */
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

  /** The log's head was read. Only for who commits. */
  void head(Position head) {
    if (inForce && (head.seq() > last.seq() || !head.epoch().equals(last.epoch()))) {
      moved(head);
    }
  }

  /** Any thread. */
  void fleeting(Publication publication) {
    if (inForce) {
      pass(publication, 0);
    }
  }

  private boolean pass(Publication publication, long seq) {
    try {
      subscriber.entry(publication.at(seq), publication.without());
      return true;
    } catch (Throwable failure) { // it is committed, whatever becomes of it here
      failed(failure);
      return false;
    }
  }

  private void moved(Position head) {
    try {
      subscriber.moved(head);
      last = head;
    } catch (Throwable failure) { // what comes next is not the next for us, and tells of it again
      failed(failure);
    }
  }

  private void failed(Throwable failure) {
    LOG.error("{}: passing entries on failed; readers go on from the log", log, failure);
    CommitHealth.throwIfFatal(failure);
  }
}
