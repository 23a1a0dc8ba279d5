package dev.switchboard.server.delivery;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.wire.Control.Place;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's reading of one log. Confined to the connection's event loop.
 *
 * <p><b>States.</b> A reader begins without a place, and gets one when it is {@link #start}ed with
 * what {@link Openings} found. From then on it is either <em>live</em> (entries are passed on as
 * they come) or <em>behind</em>. Behind, it lets live entries go by and fetches pages from the log,
 * as fast as its connection takes them, until it has caught up with the loop; then it is live.
 * Behind, it waits for exactly one thing: a page ({@code fetching}), or its connection ({@link
 * #writable}). Joining with a place, a slow connection, an overrun queue and an entry that is not
 * the next one are all the same case, and none of them holds entries in memory. {@code closed} is
 * the end of all states.
 *
 * <p><b>Why no entry is missing or comes twice.</b> {@code last} only ever moves to the entry after
 * it, whether that comes live or on a page, so there is no hole to overlook: whoever cannot do that
 * falls behind, and if the log cannot either (what comes next is no longer kept, or the log was
 * begun anew under another epoch), the connection is closed with 4008, and the client, coming back,
 * is told of the gap.
 *
 * <p><b>Why it does not stop.</b> It becomes live only on the loop on which entries are delivered,
 * and only if {@code last} is the last that the loop has heard of; so the next entry either was
 * heard of, and is on the next page, or will be delivered. A page that was asked for before the
 * place changed is told by {@code starts}, which has moved on.
 */
public final class Reader {
  private static final int PAGE = 100;
  private static final int PAGE_BYTES = 512 << 10;

  /** How long a page may lack what was heard, as it may where replicas are read. */
  private static final int[] PATIENCE_TICKS = {1, 2, 4, 8, 16};

  private final Feed feed;
  private final Topic topic;

  /** The readers of this log on this loop; null before the first opening and after the end. */
  private @Nullable ReaderGroup group;

  /** Where the group keeps it; written by the group. */
  private int index;

  /** Those who ask where to begin; null while nobody does. */
  private @Nullable Openings openings;

  /** How often it was started. A page that was asked for under another number is dropped. */
  private int starts;

  /** The epoch of its place: another one means that {@code last} counts something else. */
  private String epoch = "";

  /** The last entry that was passed on, or need not be. Within an epoch it only grows, by one. */
  private long last;

  /** Whether live entries are passed on; implies {@code started} and not {@code fetching}. */
  private boolean live;

  /** Whether it has a place; never taken back. */
  private boolean started;

  /** Whether a page is asked for, or will be in a moment; then nothing else goes on. */
  private boolean fetching;

  /** Whether {@link #advance} is up the stack, and goes on when what it sent returns. */
  private boolean advancing;

  /** The page that is to be passed on next, if one has arrived. */
  private @Nullable Page arrived;

  /** How many pages in a row lacked what was heard of. */
  private int fruitless;

  /** Whether it has ended; never taken back. */
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

  /** Whether it passes entries on, or will when it is {@link #start}ed. */
  boolean reads() {
    return !closed && (started || openings != null);
  }

  /**
   * Finds where to begin; until {@link #start} it goes on as it did, and for good if this fails:
   * the log cannot be read, or the reader is closed before it is known. Who asks meanwhile waits
   * until that is settled, so each is answered in turn, and with what it missed.
   *
   * @param place read on from here; null means from now on, or so many {@code recent} entries back
   */
  public CompletionStage<Opening> open(@Nullable Place place, int recent) {
    Openings asked = openings;
    if (asked == null) {
      asked = new Openings(this, feed, topic);
      openings = asked;
    }
    return asked.add(place, recent);
  }

  /** Everybody who asked is answered. */
  void opened() {
    openings = null;
  }

  /** Its group, which it joins if it is in none yet. */
  ReaderGroup join() {
    ReaderGroup mine = group;
    if (mine == null) {
      mine = topic.group(feed.out().loop());
      mine.add(this);
      group = mine;
    }
    return mine;
  }

  /** Whether it has a place. */
  boolean started() {
    return started;
  }

  /** The epoch of its place. */
  String epoch() {
    return epoch;
  }

  /** Whether it has ended. */
  boolean closed() {
    return closed;
  }

  /** Takes what was found as its place; {@link #goOn} then passes on what follows. */
  public void start(Opening found) {
    if (closed) {
      return;
    }
    Objects.requireNonNull(openings).answered();
    if (started && !found.placed() && epoch.equals(found.state().epoch()) && last <= found.last()) {
      return; // it is about to pass on all that was asked for
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

  /** After {@link #start}: of several readers only when all have their places. */
  public void goOn() {
    advance();
    Openings asked = openings;
    if (asked != null) {
      asked.next();
    }
  }

  /** Entries and notices of the live stream. */
  void deliver(Broadcast[] batch) {
    try {
      for (int i = 0; i < batch.length && !closed; i++) {
        deliver(batch[i]);
      }
    } catch (Throwable failure) { // the other readers of the loop shall get theirs
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

  /** Stops following the live stream; goes on from the log when the connection takes more. */
  void fallBehind() {
    if (live) {
      live = false;
      feed.topics().meter().slow(SlowReader.BEHIND);
      advance();
    }
  }

  /** The log is another one now, or an older copy of it, with that head. */
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

  /** The connection takes more: go on if behind. */
  void writable() {
    if (started && !live) {
      advance();
    }
  }

  /**
   * Goes on until it has caught up, the connection takes no more, or a page has to be waited for.
   * What it sends may lead back here: then the call that is under way goes on, as a nested one
   * would send later entries first.
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
          return; // writable() goes on
        }
      }
    } catch (Throwable failure) { // whoever called has other readers to see to
      failed(failure);
    } finally {
      advancing = false;
    }
  }

  private void fetchNext() {
    int number = starts;
    fetching = true;
    fetch(
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
        return; // the rest is read again when it does
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

  /** The page lacks what was heard: it is read again a little later, but not for ever. */
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

  /** Going on would leave a hole: the client comes back with its place, and is told of it. */
  private void gap(String why) {
    closed = true;
    feed.receiver().close(CloseCode.TOO_SLOW.code(), why);
  }

  /** What was being passed on may not have gone out: going on would leave a hole as well. */
  private void failed(Throwable failure) {
    closed = true;
    feed.receiver().failed("passing on what is in " + topic.log().address(), failure);
    feed.receiver().close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
  }

  /** Reads a page; what comes of it is told on the loop, with neither if the reader is closed. */
  void fetch(long from, int bytes, BiConsumer<@Nullable Page, @Nullable Throwable> then) {
    feed.reads()
        .after(
            new Reads.Want(
                topic.log(),
                from,
                PAGE,
                bytes,
                page -> () -> then.accept(closed ? null : passable(page), null),
                failure -> then.accept(null, closed ? null : failure)));
  }

  private Page passable(Page page) {
    return feed.topics().sizes().passable(page, feed.out().encoding());
  }

  /** The last entry that the loop has heard of. */
  long groupLast() {
    return group == null ? 0 : group.last();
  }

  /** Ends it. Idempotent. */
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
