package dev.switchboard.server.session;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.server.delivery.Reads;
import dev.switchboard.server.delivery.Sizes;
import dev.switchboard.server.delivery.Topics;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers one connection's requests for pages of logs. Confined to the connection's loop. */
final class HistoryPages {
  /** The most pages read for one answer, if none of the entries before may be sent. */
  private static final int MAX_PAGES = 10;

  private final Topics topics;
  private final Sizes sizes;
  private final Connection connection;

  HistoryPages(Topics topics, Sizes sizes, Connection connection) {
    this.topics = topics;
    this.sizes = sizes;
    this.connection = connection;
  }

  /**
   * Answers with a page, or with an error if there is none. The caller has checked that the client
   * may read the log.
   */
  void answer(@Nullable Id id, Control.History history) {
    connection.readGate().answerDue();
    answer(id, history, MAX_PAGES);
  }

  /**
   * Reads a page and answers with the entries that may be sent; {@code more} tells the client if
   * some were left over. If none may be sent, further pages are read.
   */
  private void answer(@Nullable Id id, Control.History history, int tries) {
    boolean forward = history.after() != null && history.before() == null;
    Reads.Want want =
        new Reads.Want(
            topics.log(history.address()),
            place(history, forward),
            history.limit(),
            sizes.pageBytes(),
            page -> pageAnswer(id, history, tries, page, forward),
            failure -> connection.readGate().answering(() -> connection.refuse(id, failure)).run());
    if (forward) {
      connection.feed().reads().after(want);
    } else {
      connection.feed().reads().before(want);
    }
  }

  private static long place(Control.History history, boolean forward) {
    Long place = forward ? history.after() : history.before();
    return place == null ? Long.MAX_VALUE : place;
  }

  private Runnable pageAnswer(
      @Nullable Id id, Control.History history, int tries, Page page, boolean forward) {
    List<Entry> all = page.entries();
    List<Entry> kept = sizes.together(page, connection.encoding(), forward);
    if (!kept.isEmpty() || !page.more()) {
      boolean rest =
          !kept.isEmpty()
              && (forward
                  ? kept.getLast().seq() < all.getLast().seq()
                  : kept.getFirst().seq() > all.getFirst().seq());
      Position head = page.head();
      return connection
          .readGate()
          .answering(
              connection.prepared(
                  ServerMessages.history(
                      id, history.address(), head.epoch(), head.seq(), kept, page.more() || rest)));
    }
    return tries > 1
        ? () -> answer(id, beyond(history, page, forward), tries - 1)
        : connection.readGate().answering(() -> connection.refuse(id, tooLargeEntries(page)));
  }

  private static Control.History beyond(Control.History asked, Page page, boolean forward) {
    return forward
        ? new Control.History(asked.address(), null, page.entries().getLast().seq(), asked.limit())
        : new Control.History(
            asked.address(), page.entries().getFirst().seq(), null, asked.limit());
  }

  private static RefusedException tooLargeEntries(Page page) {
    return new RefusedException(
        ErrorCode.TOO_LARGE,
        "history: entries %d to %d are larger than what may wait here (expected: a place beyond)"
            .formatted(page.entries().getFirst().seq(), page.entries().getLast().seq()));
  }
}
