package dev.switchboard.server.delivery;

import dev.switchboard.protocol.wire.Control.Place;
import dev.switchboard.protocol.wire.ServerMessages.LogState;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The queue of callers that ask a reader where to begin. They are answered in turn: a caller's turn
 * comes when the one before has started the reader or has failed, so each is told exactly what it
 * missed. Exists only while somebody asks. Confined to the connection's loop.
 */
final class Openings {
  /**
   * The size of a first page; small, because a session that comes back may hold the first pages of
   * all its logs before any is sent.
   */
  private static final int FIRST_BYTES = 16 << 10;

  private static final long MAX_RECOVERY = 10_000;

  private final Reader reader;
  private final Feed feed;
  private final Topic topic;
  private final Deque<Wanted> asked = new ArrayDeque<>(1); // the first one has its turn

  Openings(Reader reader, Feed feed, Topic topic) {
    this.reader = reader;
    this.feed = feed;
    this.topic = topic;
  }

  /** One caller's question. */
  private record Wanted(@Nullable Place place, int recent, CompletableFuture<Opening> result) {}

  /** Adds a caller; see {@link Reader#open}. */
  CompletionStage<Opening> add(@Nullable Place place, int recent) {
    Wanted wanted = new Wanted(place, recent, new CompletableFuture<>());
    feed.readGate().joinBegun();
    asked.add(wanted);
    if (asked.size() == 1) {
      open(wanted);
    }
    return wanted.result;
  }

  private void open(Wanted wanted) {
    topic
        .opened()
        .whenComplete((opened, failure) -> {
          feed.readGate().joinEnded();
          feed.onLoop(() -> {
            if (reader.closed()) {
              wanted.result.completeExceptionally(Opening.leftMeanwhile());
            } else if (failure != null) {
              failed(wanted, failure);
            } else {
              begin(wanted);
            }
          });
        });
  }

  private void failed(Wanted wanted, Throwable failure) {
    answered();
    wanted.result.completeExceptionally(failure);
    next();
  }

  /** Removes the caller whose turn it is, because it was answered. */
  void answered() {
    asked.remove();
    if (asked.isEmpty()) {
      reader.opened();
    }
  }

  /** Gives the next caller its turn, if there is one. */
  void next() {
    if (!asked.isEmpty()) {
      open(asked.element());
    }
  }

  private void begin(Wanted wanted) {
    ReaderGroup group = reader.join();
    Place place = wanted.place;
    if (reader.started() && place == null && wanted.recent == 0) {
      long last = Math.max(group.last(), reader.last()); // a page may have had what is not heard of
      found(wanted, state(reader.epoch(), last, true), Long.MAX_VALUE, null);
      return;
    }
    String now = group.epoch();
    long head = group.last();
    long from = place != null ? place.seq() : Math.max(0, head - wanted.recent);
    boolean sameLife = place == null || place.epoch() == null || place.epoch().equals(now);
    boolean known = sameLife && (place == null || head - from <= MAX_RECOVERY);
    if (!known || from == head) {
      found(wanted, state(now, head, known), head, null);
      return;
    }
    feed.fetch(
        reader,
        from,
        FIRST_BYTES,
        (page, failure) -> {
          if (failure != null) {
            failed(wanted, failure);
          } else if (page == null) {
            return; // the reader is closed, and the caller was told
          } else if (page.head().epoch().equals(now) && page.head().seq() >= Math.min(from, head)) {
            if (from <= head) {
              first(wanted, from, page);
            } else { // another server may have passed on what was not heard of here yet
              topic.moved(page.head());
              afterLoop(() -> ahead(wanted, from, page));
            }
          } else { // the log is not the one we follow
            Position other = page.head();
            topic.anew(other);
            LogState state = state(other.epoch(), other.seq(), place == null);
            afterLoop(() -> found(wanted, state, other.seq(), null));
          }
        });
  }

  /** Runs a task after the loop has heard what the topic was just told. */
  private void afterLoop(Runnable task) {
    feed.out().loop().execute(task);
  }

  /** Answers with the first page that was asked for. */
  private void first(Wanted wanted, long from, Page page) {
    boolean whole = wanted.place == null || page.first() <= from + 1;
    LogState state = state(page.head().epoch(), reader.groupLast(), whole);
    if (whole) {
      found(wanted, state, Math.max(from, page.first() - 1), page);
    } else {
      found(wanted, state, reader.groupLast(), null);
    }
  }

  /** Answers a client whose place is beyond what this server had heard of. */
  private void ahead(Wanted wanted, long from, Page page) {
    if (page.head().seq() >= from) {
      first(wanted, from, page);
    } else { // it is beyond the log, too
      long last = reader.groupLast();
      found(wanted, state(page.head().epoch(), last, false), last, null);
    }
  }

  private LogState state(String epoch, long last, boolean recovered) {
    return new LogState(topic.log().address(), epoch, last, recovered);
  }

  private void found(Wanted wanted, LogState state, long after, @Nullable Page first) {
    wanted.result.complete(new Opening(reader, state, after, first, wanted.place != null));
  }

  /** Fails all callers, because the reader has ended. */
  void close() {
    asked.element().result.completeExceptionally(Opening.leftMeanwhile());
    asked.stream()
        .skip(1)
        .forEach(wanted -> {
          feed.readGate().joinEnded();
          wanted.result.completeExceptionally(Opening.leftMeanwhile());
        });
  }
}
