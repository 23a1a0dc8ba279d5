package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.internal.Answers.LogState;
import dev.switchboard.protocol.internal.Control.Place;
import dev.switchboard.server.ServerMetrics.SlowReader;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
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
final class Reader {
  private static final int PAGE = 100;
  private static final int PAGE_BYTES = 512 << 10;

  /** A session that comes back may hold the first pages of all its logs before any is sent. */
  private static final int FIRST_BYTES = 16 << 10;

  private static final long MAX_RECOVERY = 10_000;

  /** How long a page may lack what was heard, as it may where replicas are read. */
  private static final int[] PATIENCE_TICKS = {1, 2, 4, 8, 16};

  private final Connection connection;
  private final Topic topic;
  private final Address address;
  private @Nullable ReaderGroup group;
  private int index;
  private @Nullable CompletableFuture<Opening> opening;
  private int openings;
  private int begun; // which of the openings is in force
  private String epoch = "";
  private long last;
  private boolean live;
  private boolean started;
  private boolean fetching;
  private boolean advancing; // somebody up the stack does, and goes on
  private @Nullable Page arrived; // to be passed on
  private int fruitless; // pages in a row that lacked what was heard
  private boolean closed;

  Reader(Connection connection, Topic topic) {
    this.connection = connection;
    this.topic = topic;
    this.address = topic.log().address();
  }

  /**
   * Where a reader begins, and what has to be passed on first.
   *
   * @param last what is behind it
   * @param number of the reader's openings; one that is found later than a later one is void
   */
  record Opening(Reader reader, LogState state, long last, @Nullable Page first, int number) {}

  /** The answer to who asks again, and wants nothing but to go on. */
  private Opening again(String life) {
    return new Opening(this, new LogState(address, life, groupLast(), true), 0, null, 0);
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
    CompletableFuture<Opening> present = opening;
    return !closed && (started || (present != null && !present.isCompletedExceptionally()));
  }

  /**
   * Finds where to begin; until {@link #start} it goes on as it did, and for good if this fails:
   * the log cannot be read, or the reader is closed before it is known.
   *
   * @param place read on from here; null means from now on, or so many {@code recent} entries back.
   *     Asked for nothing but "from now on", a reader that is open already just goes on
   */
  CompletionStage<Opening> open(@Nullable Place place, int recent) {
    if (place == null && recent == 0) {
      CompletableFuture<Opening> present = opening;
      if (started) {
        return CompletableFuture.completedStage(again(epoch));
      } else if (present != null && !present.isCompletedExceptionally()) {
        // A turn later: who asked first is answered first, and with what it missed.
        return present.thenApplyAsync(same -> again(same.state.epoch()), connection.loop());
      }
    }
    CompletableFuture<Opening> result = new CompletableFuture<>();
    opening = result;
    int number = ++openings;
    connection.intake().joinBegun();
    topic
        .opened()
        .whenComplete((opened, failure) -> {
          connection.intake().joinEnded();
          connection.onLoop(() -> {
            if (closed) {
              result.completeExceptionally(leftMeanwhile());
            } else if (failure != null) {
              result.completeExceptionally(failure);
            } else {
              begin(number, place, recent, result);
            }
          });
        });
    return result;
  }

  /** Why a join has no reader to start. */
  static RefusedException leftMeanwhile() {
    return new RefusedException(ErrorCode.CONFLICT, "room: left before it was joined");
  }

  private void begin(
      int number, @Nullable Place place, int recent, CompletableFuture<Opening> result) {
    ReaderGroup mine = group;
    if (mine == null) {
      mine = topic.group(connection.loop());
      mine.add(this);
      group = mine;
    }
    String now = mine.epoch();
    long head = mine.last();
    long from = place != null ? place.seq() : Math.max(0, head - recent);
    boolean sameLife = place == null || place.epoch() == null || place.epoch().equals(now);
    boolean known = sameLife && from <= head && (place == null || head - from <= MAX_RECOVERY);
    if (!known || from == head) {
      LogState state = new LogState(address, now, head, known);
      result.complete(new Opening(this, state, head, null, number));
      return;
    }
    fetch(
        from,
        FIRST_BYTES,
        (page, failure) -> {
          if (page == null) {
            result.completeExceptionally(failure == null ? leftMeanwhile() : failure);
          } else if (page.head().epoch().equals(now) && page.head().seq() >= from) {
            result.complete(first(number, place == null, from, page));
          } else { // another log than we follow: the loop is told before we go on
            topic.anew(page.head());
            LogState state =
                new LogState(address, page.head().epoch(), page.head().seq(), place == null);
            connection
                .loop()
                .execute(() ->
                    result.complete(new Opening(this, state, page.head().seq(), null, number)));
          }
        });
  }

  /** The beginning with the first page that was asked for. */
  private Opening first(int number, boolean anyPlace, long from, Page page) {
    boolean whole = anyPlace || page.first() <= from + 1;
    LogState state = new LogState(address, page.head().epoch(), groupLast(), whole);
    return whole
        ? new Opening(this, state, Math.max(from, page.first() - 1), page, number)
        : new Opening(this, state, groupLast(), null, number);
  }

  /** Passes on what was found, then whatever comes. */
  void start(Opening found) {
    ReaderGroup mine = group;
    if (closed || mine == null || found.number <= begun) {
      return;
    }
    begun = found.number;
    epoch = found.state.epoch();
    last = found.last;
    started = true;
    live = false;
    fetching = false;
    fruitless = 0;
    arrived = found.first;
    if (found.number == openings) {
      opening = null;
    }
    anew(new Position(mine.epoch(), mine.last()));
  }

  /** Entries and notices of the live stream. */
  void deliver(Outgoing[] batch) {
    try {
      for (int i = 0; i < batch.length && !closed; i++) {
        deliver(batch[i]);
      }
    } catch (Throwable failure) { // the other readers of the loop shall get theirs
      failed(failure);
    }
  }

  private void deliver(Outgoing outgoing) {
    if (outgoing.seq() == 0) {
      if (started && outgoing.isFor(connection)) {
        connection.offer(topic, outgoing);
      }
    } else if (live && outgoing.seq() > last) {
      if (outgoing.seq() != last + 1 || !connection.takesMore()) {
        fallBehind();
      } else {
        last = outgoing.seq();
        if (outgoing.isFor(connection)) {
          connection.deliver(outgoing);
        }
      }
    }
  }

  /** Stops following the live stream; goes on from the log when the connection takes more. */
  void fallBehind() {
    if (live) {
      live = false;
      connection.endpoint().meter().slow(SlowReader.BEHIND);
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
        } else if (connection.takesPages()) {
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
    int number = begun;
    fetching = true;
    fetch(
        last,
        PAGE_BYTES,
        (page, failure) -> {
          if (number != begun || closed) {
            return;
          }
          fetching = false;
          if (page == null) {
            connection.close(CloseCode.TRY_AGAIN_LATER.code(), "history is not available");
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
      connection.tooSlow("what comes next is no longer kept");
      return;
    }
    long before = last;
    for (Entry entry : page.entries()) {
      if (!connection.takesPages()) {
        return; // the rest is read again when it does
      }
      if (entry.seq() == last + 1) {
        last = entry.seq();
        connection.deliver(entry);
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
    int number = begun;
    fetching = true;
    connection
        .endpoint()
        .hub()
        .later(
            PATIENCE_TICKS[fruitless++],
            () ->
                connection.onLoop(() -> {
                  if (number == begun) {
                    fetching = false;
                    advance();
                  }
                }));
  }

  /** Going on would leave a hole: the client comes back with its place, and is told of it. */
  private void gap(String why) {
    closed = true;
    connection.close(CloseCode.TOO_SLOW.code(), why);
  }

  /** What was being passed on may not have gone out: going on would leave a hole as well. */
  private void failed(Throwable failure) {
    closed = true;
    connection.log("passing on what is in " + address, failure);
    connection.close(CloseCode.INTERNAL_ERROR.code(), "the server failed");
  }

  /** Reads a page; what comes of it is told on the loop, with neither if the reader is closed. */
  private void fetch(long from, int bytes, BiConsumer<@Nullable Page, @Nullable Throwable> then) {
    connection
        .reads()
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
    return connection.endpoint().sizes().passable(page, connection.encoding());
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
    CompletableFuture<Opening> present = opening;
    if (present != null) {
      present.completeExceptionally(leftMeanwhile());
    }
  }
}
