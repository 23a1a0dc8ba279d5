package dev.switchboard.server.broker;

import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;

/**
 * A broker's end of the bus. Tells other servers which logs have grown and passes fleeting messages
 * on to them; hears the same from them, and fetches what they have appended, once for all readers
 * of a log on this server. Thread-safe; nothing here blocks, except on the threads that fetch.
 *
 * <p>The bus only says that there is news. What it loses, {@link HeadCheck} finds.
 */
final class ClusterLink implements Following.Fetching {
  private static final int PAGE = 500;
  private static final long PAGE_BYTES = 1L << 20;

  /** What a log keeps at least, so that other servers can read what they are told of. */
  private static final Retention LEAST = new Retention(PAGE, Duration.ofMinutes(1), PAGE_BYTES);

  private final Bus bus;
  private final HistoryStore store;
  private final Subscriptions subscriptions;
  private final Executor fetchers;
  private final HeadCheck heads;
  private final Failures unread;

  /** Creates the link and listens. The bus must not have started. */
  ClusterLink(
      Bus bus,
      HistoryStore store,
      Subscriptions subscriptions,
      Executor fetchers,
      HeadCheck heads,
      Logger log) {
    this.bus = bus;
    this.store = store;
    this.subscriptions = subscriptions;
    this.fetchers = fetchers;
    this.heads = heads;
    this.unread = new Failures(log, "fetching what other servers have appended");
    bus.listen(BusMessages.HEADS, new HeadsListener());
    bus.listen(BusMessages.FLEETING, new FleetingListener());
  }

  /** Returns publications to logs that keep enough for other servers to read it. */
  static List<Publication> kept(List<Publication> publications) {
    return publications.stream().map(one -> one.keeping(one.retention().atLeast(LEAST))).toList();
  }

  /** Tells the other servers what a batch has appended. */
  void committed(List<Publication> publications, List<Committed> results) {
    Map<LogKey, Position> grown = new HashMap<>();
    for (int i = 0; i < publications.size(); i++) {
      Position place = results.get(i).position();
      grown.merge(
          publications.get(i).log(), place, (one, two) -> two.seq() > one.seq() ? two : one);
    }
    bus.send(BusMessages.HEADS, BusMessages.heads(grown));
  }

  /** Passes a fleeting message on to the other servers. */
  void fleeting(Publication publication) {
    bus.send(BusMessages.FLEETING, BusMessages.fleeting(publication));
  }

  @Override
  public void fetch(Following following, LogKey log, Position from) {
    try {
      fetchers.execute(() -> {
        Page page;
        try {
          page = GivenIds.hidden(store.after(log, from.seq(), PAGE, PAGE_BYTES));
        } catch (Throwable failure) { // a store may throw an Error, too
          following.unread();
          heads.soon();
          unread.failed(failure, System.nanoTime());
          return;
        }
        following.page(from, page);
      });
    } catch (RejectedExecutionException full) { // or closed
      following.unread();
      heads.soon();
    }
  }

  private final class HeadsListener implements Bus.Listener {
    @Override
    public void received(byte[] message) {
      BusMessages.heads(message)
          .forEach((log, head) -> {
            if (!subscriptions.told(log, head)) {
              heads.soon();
            }
          });
    }

    @Override
    public void interrupted() {
      heads.interrupted(true);
    }

    @Override
    public void restored() {
      heads.interrupted(false);
    }
  }

  private final class FleetingListener implements Bus.Listener {
    @Override
    public void received(byte[] message) {
      subscriptions.fleeting(BusMessages.fleeting(message));
    }

    @Override
    public void interrupted() {
      // what is fleeting may be lost
    }

    @Override
    public void restored() {
      // what is fleeting may be lost
    }
  }
}
