package dev.switchboard.server.delivery;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.wire.Control.Place;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads one log for one connection. Confined to the connection's event loop.
 *
 * <p><b>States.</b> A reader begins without a position, and gets one when it is {@link #start}ed
 * with what {@link Openings} found. From then on it is either <em>live</em> (entries are passed on
 * as they arrive) or <em>behind</em>. A reader that is behind ignores live entries and fetches
 * pages from the log, as fast as its connection takes them, until it has caught up with the loop;
 * then it is live. While behind, it waits for exactly one thing: a page ({@code fetching}), or its
 * connection ({@link #writable}). Joining with a position, a slow connection, an overflowing queue
 * and an entry that is not the next one are all handled in this one way, and none of them holds
 * entries in memory. {@code closed} is the final state.
 *
 * <p><b>Why no entry is lost or duplicated.</b> {@code last} only ever advances to the next entry,
 * whether that arrives live or on a page, so there is no gap to overlook. A reader that can't
 * advance falls behind. If the log can't provide the next entry either (it is no longer kept, or
 * the log was started anew under another epoch), the connection is closed with 4008, and the client
 * is told of the gap when it comes back.
 *
 * <p><b>Why it does not stall.</b> A reader becomes live only on the loop on which entries are
 * delivered, and only if {@code last} is the last entry that the loop has heard of. So the next
 * entry was either heard of, and is on the next page, or will be delivered. A page that was
 * requested before the position changed is recognized by {@code starts}, which has changed since.
 */
public final class Reader {
  private static final int PAGE_BYTES = 512 << 10;

  /**
   * How many ticks to wait before reading again a page that lacks entries already heard of, as it
   * may if replicas are read.
   */
  private static final int[] PATIENCE_TICKS = {1, 2, 4, 8, 16};

  private final Feed feed;
  private final Topic topic;

  /**
   * The group of readers of this log on this loop; null before the first opening and after the end.
   */
  private @Nullable ReaderGroup group;

  /** This reader's index in its group. Written by the group. */
  private int index;

  /** The callers that ask where to begin; null while there are none. */
  private @Nullable Openings openings;

  /** How often the reader was started. A page requested under another number is dropped. */
  private int starts;

  /** The epoch of the position. Under another epoch, {@code last} would count other entries. */
  private String epoch = "";

  /**
   * The last entry that was passed on, or need not be. Within an epoch it only grows, one at a
   * time.
   */
  private long last;

  /** Whether live entries are passed on; implies {@code started} and not {@code fetching}. */
  private boolean live;

  /** Whether the reader has a position. Never reset. */
  private boolean started;

  /** Whether a page is, or will be, on its way; nothing else proceeds until it arrives. */
  private boolean fetching;

  /** Whether {@link #advance} is on the call stack; a nested call leaves the rest to it. */
  private boolean advancing;

  /** The page to pass on next, if one has arrived. */
  private @Nullable Page arrived;

  /** How many pages in a row lacked entries already heard of. */
  private int fruitless;

  /** Whether the reader has ended. Never reset. */
  private boolean closed;

  Reader(Feed feed, Topic topic) {
    this.feed = feed;
    this.topic = topic;
  }

  Topic topic() {
    return topic;
  }

  int index() {
    return index;
  }

  void index(int newIndex) {
    index = newIndex;
  }

  /** Whether the reader passes entries on, or will once it is {@link #start}ed. */
  boolean reads() {
    return !closed && (started || openings != null);
  }

  /**
   * Finds out where to begin. Until {@link #start} the reader continues as before, and it does so
   * for good if opening fails: the log can't be read, or the reader is closed first. Callers that
   * arrive in the meantime wait until that is settled, so each is answered in turn, with what it
   * missed.
   *
   * @param place the position after which to read; null to start from now, or {@code recent}
   *     entries earlier
   */
  public CompletionStage<Opening> open(@Nullable Place place, int recent) {
    Openings asked = openings;
    if (asked == null) {
      asked = new Openings(this, feed, topic);
      openings = asked;
    }
    return asked.add(place, recent);
  }

  /** Called when all callers are answered. */
  void opened() {
    openings = null;
  }

  /** Returns the reader's group, after joining it if needed. */
  ReaderGroup join() {
    ReaderGroup mine = group;
    if (mine == null) {
      mine = topic.group(feed.out().loop());
      mine.add(this);
      group = mine;
    }
    return mine;
  }

  boolean started() {
    return started;
  }

  long last() {
    return last;
  }

  String epoch() {
    return epoch;
  }

  boolean closed() {
    return closed;
  }

  /** Takes the position that was found; {@link #goOn} then passes on what follows. */
  public void start(Opening found) {
    if (closed) {
      return;
    }
    Objects.requireNonNull(openings).answered();
    if (started && !found.placed() && epoch.equals(found.state().epoch()) && last <= found.last()) {
      return; // it is about to pass on everything that was asked for
    }
    starts++;
    epoch = found.state().epoch();
    last = found.last();
    started = true;
    live = false;
    fetching = false;
    fruitless = 0;
    arrived = found.first();
    ReaderGroup mine = Objects.requireNonNull(group);
    if (!epoch.equals(mine.epoch()) || last > mine.last()) {
      gap("the log was begun anew");
    }
  }

  /**
   * Continues after {@link #start}. If there are several readers, call it when all have their
   * positions.
   */
  public void goOn() {
    advance();
    Openings asked = openings;
    if (asked != null) {
      asked.next();
    }
  }

  /** Takes entries and notices of the live stream. */
  void deliver(Broadcast[] batch) {
    try {
      for (int i = 0; i < batch.length && !closed; i++) {
        deliver(batch[i]);
      }
    } catch (Throwable failure) { // the loop's other readers must still get theirs
      failed(failure);
    }
  }

  private void deliver(Broadcast broadcast) {
    if (broadcast.seq() == 0) {
      if (started && broadcast.isFor(feed.receiver())) {
        feed.offer(topic, broadcast);
      }
    } else if (live && broadcast.seq() > last) {
      if (broadcast.seq() != last + 1 || !feed.out().takesMore()) {
        fallBehind();
      } else {
        last = broadcast.seq();
        if (broadcast.isFor(feed.receiver())) {
          feed.deliver(broadcast);
        }
      }
    }
  }

  /** Stops following the live stream, and continues from the log when the connection takes more. */
  void fallBehind() {
    if (live) {
      live = false;
      feed.topics().meter().slow(SlowReader.BEHIND);
      advance();
    }
  }

  /** The log was replaced, or is an older copy; {@code head} is its last entry. */
  void anew(Position head) {
    if (!started) {
      return;
    }
    if (epoch.equals(head.epoch()) && last <= head.seq()) {
      advance();
    } else {
      gap("the log was begun anew");
    }
  }

  /** Called when the connection takes more. Continues if the reader is behind. */
  void writable() {
    if (started && !live) {
      advance();
    }
  }

  /**
   * Continues until the reader has caught up, the connection takes no more, or a page must be
   * waited for. Sending may re-enter this method; the outer call then continues, because a nested
   * one would send later entries first.
   */
  private void advance() {
    if (advancing) {
      return;
    }
    advancing = true;
    try {
      while (!closed && !fetching && !live) {
        Page page = arrived;
        arrived = null;
        if (page != null) {
          pass(page);
        } else if (last >= groupLast()) {
          live = true;
        } else if (feed.takesPages()) {
          fetchNext();
        } else {
          return; // writable() continues
        }
      }
    } catch (Throwable failure) { // the caller has other readers to serve
      failed(failure);
    } finally {
      advancing = false;
    }
  }

  private void fetchNext() {
    int number = starts;
    fetching = true;
    feed.fetch(
        this,
        last,
        PAGE_BYTES,
        (page, failure) -> {
          if (number != starts || closed) {
            return;
          }
          fetching = false;
          if (page == null) {
            feed.receiver().close(CloseCode.TRY_AGAIN_LATER.code(), "history is not available");
          } else {
            arrived = page;
            advance();
          }
        });
  }

  private void pass(Page page) {
    if (!page.head().epoch().equals(epoch)) {
      topic.anew(page.head());
      gap("the log was begun anew");
      return;
    }
    if (page.first() > last + 1 && page.head().seq() > last) {
      closed = true;
      feed.receiver().tooSlow("what comes next is no longer kept");
      return;
    }
    long before = last;
    for (Entry entry : page.entries()) {
      if (!feed.takesPages()) {
        return; // the rest is read again when the connection takes more
      }
      if (entry.seq() == last + 1) {
        last = entry.seq();
        feed.deliver(entry);
      }
    }
    if (last > before) {
      fruitless = 0;
    } else {
      waitForMore(page.head());
    }
  }

  /**
   * Handles a page without the entries already heard of: reads it again a little later, a limited
   * number of times.
   */
  private void waitForMore(Position head) {
    if (last >= groupLast()) {
      return;
    }
    if (fruitless == PATIENCE_TICKS.length) {
      topic.anew(head);
      gap("the log is shorter than it was");
      return;
    }
    int number = starts;
    fetching = true;
    feed.topics()
        .later(
            PATIENCE_TICKS[fruitless++],
            () ->
                feed.onLoop(() -> {
                  if (number == starts) {
                    fetching = false;
                    advance();
                  }
                }));
  }

  /**
   * Closes the connection, because continuing would leave a gap. The client comes back with its
   * position, and is told of the gap.
   */
  private void gap(String why) {
    closed = true;
    feed.receiver().close(CloseCode.TOO_SLOW.code(), why);
  }

  /**
   * Closes the connection after an internal error. An entry may not have been sent, so continuing
   * would leave a gap, too.
   */
  private void failed(Throwable failure) {
    closed = true;
    feed.receiver().failed("passing on what is in " + topic.log().address(), failure);
    feed.receiver().close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
  }

  /** Returns the last entry that the loop has heard of. */
  long groupLast() {
    return group == null ? 0 : group.last();
  }

  /** Ends the reader. Idempotent. */
  void close() {
    closed = true;
    ReaderGroup mine = group;
    if (mine != null) {
      group = null;
      mine.remove(this);
    }
    Openings asked = openings;
    if (asked != null) {
      openings = null;
      asked.close();
    }
  }
}
