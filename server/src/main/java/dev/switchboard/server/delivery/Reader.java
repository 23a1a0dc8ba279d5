package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Control.Place;
import dev.switchboard.protocol.wire.ServerMessages.LogState;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's reading of one log. Confined to the connection's event loop.
 *
 * <p>A reader is either <em>live</em> (entries are passed on as they come) or <em>behind</em>.
 * Behind, it lets live entries go by and fetches pages from the log, as fast as its connection
 * takes them, until it has caught up with the loop; then it is live. Joining with a place, a slow
 * connection, an overrun queue and an entry that is not the next one are all the same case, and
 * none of them holds entries in memory.
 *
 * <p>{@code last} only ever moves to the entry after it, so there is no hole to overlook: whoever
 * cannot do that falls behind, and if the log cannot either (what comes next is no longer kept, or
 * the log was begun anew under another epoch), the connection is closed with 4008, and the client,
 * coming back, is told of the gap.
 */
public final class Reader {
  private static final int PAGE = 100;
  private static final int PAGE_BYTES = 512 << 10;

  /** A session that comes back may hold the first pages of all its logs before any is sent. */
  private static final int FIRST_BYTES = 16 << 10;

  private static final long MAX_RECOVERY = 10_000;

  /** How long a page may lack what was heard, as it may where replicas are read. */
  private static final int[] PATIENCE_TICKS = {1, 2, 4, 8, 16};

  private final Feed feed;
  private final Topic topic;
  private final Address address;
  private @Nullable ReaderGroup group;
  private int index;
  private @Nullable Deque<Wanted> opening; // the first is dealt with, until it starts or fails
  private int starts;
  private String epoch = "";
  private long last;
  private boolean live;
  private boolean started;
  private boolean fetching;
  private boolean advancing; // somebody up the stack does, and goes on
  private @Nullable Page arrived; // to be passed on
  private int fruitless; // pages in a row that lacked what was heard
  private boolean closed;

  Reader(Feed feed, Topic topic) {
    this.feed = feed;
    this.topic = topic;
    this.address = topic.log().address();
  }

  /** What somebody who opens the reader asks for. */
  private record Wanted(@Nullable Place place, int recent, CompletableFuture<Opening> result) {}

  /**
   * Where a reader begins, and what has to be passed on first.
   *
   * @param last what is behind it; {@link Long#MAX_VALUE} if it just goes on
   * @param placed whether the client told that place; if not, one that reads already leaves nothing
   *     out
   */
  public record Opening(
      Reader reader, LogState state, long last, @Nullable Page first, boolean placed) {}

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
    return !closed && (started || opening != null);
  }

  /**
   * Finds where to begin; until {@link #start} it goes on as it did, and for good if this fails:
   * the log cannot be read, or the reader is closed before it is known. Who asks meanwhile waits
   * until that is settled, so each is answered in turn, and with what it missed.
   *
   * @param place read on from here; null means from now on, or so many {@code recent} entries back
   */
  public CompletionStage<Opening> open(@Nullable Place place, int recent) {
    Wanted wanted = new Wanted(place, recent, new CompletableFuture<>());
    feed.readGate().joinBegun();
    if (opening != null) {
      opening.add(wanted);
    } else {
      opening = new ArrayDeque<>(List.of(wanted));
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
            if (closed) {
              wanted.result.completeExceptionally(leftMeanwhile());
            } else if (failure != null) {
              notOpened(wanted, failure);
            } else {
              begin(wanted);
            }
          });
        });
  }

  private void notOpened(Wanted wanted, Throwable failure) {
    opened();
    wanted.result.completeExceptionally(failure);
    openNext();
  }

  /** The first that asked is done with. */
  private void opened() {
    Deque<Wanted> asked = Objects.requireNonNull(opening);
    asked.remove();
    if (asked.isEmpty()) {
      opening = null;
    }
  }

  private void openNext() {
    if (opening != null) {
      open(opening.element());
    }
  }

  /** Why a join has no reader to start. */
  public static RefusedException leftMeanwhile() {
    return new RefusedException(ErrorCode.CONFLICT, "room: left before it was joined");
  }

  private void begin(Wanted wanted) {
    ReaderGroup mine = group;
    if (mine == null) {
      mine = topic.group(feed.out().loop());
      mine.add(this);
      group = mine;
    }
    Place place = wanted.place;
    if (started && place == null && wanted.recent == 0) {
      found(wanted, new LogState(address, epoch, mine.last(), true), Long.MAX_VALUE, null);
      return;
    }
    String now = mine.epoch();
    long head = mine.last();
    long from = place != null ? place.seq() : Math.max(0, head - wanted.recent);
    boolean sameLife = place == null || place.epoch() == null || place.epoch().equals(now);
    boolean known = sameLife && from <= head && (place == null || head - from <= MAX_RECOVERY);
    if (!known || from == head) {
      found(wanted, new LogState(address, now, head, known), head, null);
      return;
    }
    fetch(
        from,
        FIRST_BYTES,
        (page, failure) -> {
          if (failure != null) {
            notOpened(wanted, failure);
          } else if (page == null) {
            return; // closed, and whoever asked was told
          } else if (page.head().epoch().equals(now) && page.head().seq() >= from) {
            first(wanted, from, page);
          } else { // another log than we follow: the loop is told before we go on
            Position other = page.head();
            topic.anew(other);
            LogState state = new LogState(address, other.epoch(), other.seq(), place == null);
            feed.out().loop().execute(() -> found(wanted, state, other.seq(), null));
          }
        });
  }

  /** The beginning with the first page that was asked for. */
  private void first(Wanted wanted, long from, Page page) {
    boolean whole = wanted.place == null || page.first() <= from + 1;
    LogState state = new LogState(address, page.head().epoch(), groupLast(), whole);
    if (whole) {
      found(wanted, state, Math.max(from, page.first() - 1), page);
    } else {
      found(wanted, state, groupLast(), null);
    }
  }

  private void found(Wanted wanted, LogState state, long after, @Nullable Page first) {
    wanted.result.complete(new Opening(this, state, after, first, wanted.place != null));
  }

  /** Takes what was found as its place; {@link #goOn} then passes on what follows. */
  public void start(Opening found) {
    if (closed) {
      return;
    }
    opened();
    if (started && !found.placed && epoch.equals(found.state.epoch()) && last <= found.last) {
      return; // it is about to pass on all that was asked for
    }
    starts++;
    epoch = found.state.epoch();
    last = found.last;
    started = true;
    live = false;
    fetching = false;
    fruitless = 0;
    arrived = found.first;
    ReaderGroup mine = Objects.requireNonNull(group);
    if (!epoch.equals(mine.epoch()) || last > mine.last()) {
      gap("the log was begun anew");
    }
  }

  /** After {@link #start}: of several readers only when all have their places. */
  public void goOn() {
    advance();
    openNext();
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
    feed.receiver().failed("passing on what is in " + address, failure);
    feed.receiver().close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
  }

  /** Reads a page; what comes of it is told on the loop, with neither if the reader is closed. */
  private void fetch(long from, int bytes, BiConsumer<@Nullable Page, @Nullable Throwable> then) {
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

  private long groupLast() {
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
    Deque<Wanted> asked = opening;
    if (asked != null) {
      opening = null;
      asked.element().result.completeExceptionally(leftMeanwhile());
      asked.stream()
          .skip(1)
          .forEach(wanted -> {
            feed.readGate().joinEnded();
            wanted.result.completeExceptionally(leftMeanwhile());
          });
    }
  }
}
