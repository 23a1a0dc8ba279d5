package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.internal.Answers.LogState;
import dev.switchboard.protocol.internal.Control.Place;
import dev.switchboard.server.ServerMetrics.SlowReader;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connection's reading of one log. Confined to the connection's event loop.
 *
 * <p>A reader is either <em>live</em> (entries are passed on as they come) or <em>behind</em>.
 * Behind, it lets live entries go by and fetches pages from the log, as fast as its connection
 * takes them, until it has caught up with the loop; then it is live. Joining with a place, a slow
 * connection and an overrun queue are all the same case, and none of them holds entries in memory.
 * If the log no longer has what comes next, the connection is closed with 4008, and the client,
 * coming back, is told of the gap.
 */
final class Reader {
  private static final int PAGE = 100;
  private static final int PAGE_BYTES = 512 << 10;

  /** A session that comes back may hold the first pages of all its logs before any is sent. */
  private static final int FIRST_BYTES = 16 << 10;

  private static final long MAX_RECOVERY = 10_000;

  private final Connection connection;
  private final Topic topic;
  private final Address address;
  private @Nullable ReaderGroup group;
  private int index;
  private @Nullable CompletableFuture<Opening> opening;
  private int beginnings;
  private long last;
  private boolean live;
  private boolean started;
  private boolean fetching;
  private boolean closed;

  Reader(Connection connection, Topic topic) {
    this.connection = connection;
    this.topic = topic;
    this.address = topic.log().address();
  }

  /**
   * Where a reader begins, and what has to be passed on first.
   *
   * @param number of the reader's beginnings; only the latest counts
   */
  record Opening(Reader reader, LogState state, @Nullable Page first, int number) {}

  /** The answer to who asks again, and wants nothing but to go on. */
  private Opening again(String epoch) {
    return new Opening(this, new LogState(address, epoch, groupLast(), true), null, 0);
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

  /**
   * Finds where to begin; nothing is passed on until {@link #start}.
   *
   * @param place read on from here; null means from now on, or so many {@code recent} entries back.
   *     Asked for nothing but "from now on", a reader that is open already just goes on
   */
  CompletionStage<Opening> open(@Nullable Place place, int recent) {
    if (place == null && recent == 0) {
      CompletableFuture<Opening> present = opening;
      if (started) {
        return topic.opened().thenApply(position -> again(position.epoch()));
      } else if (present != null && !present.isCompletedExceptionally()) {
        return present.thenApply(same -> again(same.state.epoch()));
      }
    }
    CompletableFuture<Opening> result = new CompletableFuture<>();
    opening = result;
    live = false;
    started = false;
    fetching = false;
    int number = ++beginnings;
    topic
        .opened()
        .whenComplete((position, failure) ->
            connection.onLoop(() -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else if (!closed) {
                begin(number, position, place, recent, result);
              }
            }));
    return result;
  }

  private void begin(
      int number,
      Position opened,
      @Nullable Place place,
      int recent,
      CompletableFuture<Opening> result) {
    ReaderGroup mine = group;
    if (mine == null) {
      mine = topic.group(connection.loop());
      mine.add(this);
      group = mine;
    }
    String epoch = opened.epoch();
    long head = mine.last();
    long from = place != null ? place.seq() : Math.max(0, head - recent);
    boolean sameLife = place == null || place.epoch() == null || place.epoch().equals(epoch);
    boolean known = sameLife && from <= head && (place == null || head - from <= MAX_RECOVERY);
    if (number == beginnings) {
      last = head;
    }
    if (!known || from == head || number != beginnings) {
      result.complete(new Opening(this, new LogState(address, epoch, head, known), null, number));
      return;
    }
    fetch(
        from,
        FIRST_BYTES,
        page -> {
          boolean whole = place == null || page.first() <= from + 1;
          if (number == beginnings) {
            last = whole ? Math.max(from, page.first() - 1) : groupLast();
          }
          result.complete(
              new Opening(
                  this,
                  new LogState(address, epoch, groupLast(), whole),
                  whole ? page : null,
                  number));
        },
        result::completeExceptionally);
  }

  /** Passes on what was found, then whatever comes; unless it has been opened anew meanwhile. */
  void start(Opening found) {
    if (closed || found.number != beginnings) {
      return;
    }
    started = true;
    opening = null;
    if (found.first != null) {
      pass(found.first);
    } else {
      advance();
    }
  }

  /** Entries and notices of the live stream. */
  void deliver(Outgoing[] batch) {
    for (int i = 0; i < batch.length && !closed; i++) {
      deliver(batch[i]);
    }
  }

  private void deliver(Outgoing outgoing) {
    if (outgoing.seq() == 0) {
      if (started && outgoing.isFor(connection)) {
        connection.offer(topic, outgoing);
      }
    } else if (live && outgoing.seq() > last) {
      if (!connection.takesMore()) {
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

  /** The connection takes more: go on if behind. */
  void writable() {
    if (started && !live) {
      advance();
    }
  }

  private void advance() {
    if (last >= groupLast()) {
      live = true;
    } else if (!fetching && connection.takesPages()) {
      int number = beginnings;
      fetch(
          last,
          PAGE_BYTES,
          page -> {
            if (number == beginnings) {
              pass(page);
            }
          },
          failure ->
              connection.close(CloseCode.TRY_AGAIN_LATER.code(), "history is not available"));
    }
  }

  private void pass(Page page) {
    if (page.first() > last + 1 && page.head().seq() > last) {
      connection.tooSlow("what comes next is no longer kept");
      return;
    }
    for (Entry entry : page.entries()) {
      if (!connection.takesPages()) {
        return; // writable() goes on
      }
      if (entry.seq() > last) {
        last = entry.seq();
        connection.deliver(entry);
      }
    }
    advance();
  }

  private void fetch(
      long from,
      int bytes,
      java.util.function.Consumer<Page> then,
      java.util.function.Consumer<Throwable> failed) {
    fetching = true;
    int number = beginnings;
    connection
        .reads()
        .after(
            new Reads.Want(
                topic.log(),
                from,
                PAGE,
                bytes,
                page -> () -> fetched(number, () -> then.accept(passable(page))),
                failure -> fetched(number, () -> failed.accept(failure))));
  }

  private void fetched(int number, Runnable then) {
    if (!closed) {
      fetching &= number != beginnings;
      then.run();
    }
  }

  private Page passable(Page page) {
    return connection.endpoint().sizes().passable(page, connection.encoding());
  }

  private long groupLast() {
    return group == null ? 0 : group.last();
  }

  /** Ends it. Idempotent. */
  void close() {
    if (!closed) {
      closed = true;
      if (group != null) {
        group.remove(this);
      }
    }
  }
}
