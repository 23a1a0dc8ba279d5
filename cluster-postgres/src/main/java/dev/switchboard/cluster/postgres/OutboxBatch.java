package dev.switchboard.cluster.postgres;

import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.TransactionalMessages.Publisher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes some rows in their order, and tells what became of them. Rows that are at fault are
 * left out. If publishing does not work now, it stops there, so that nothing overtakes a row that
 * waits. Confined to one thread.
 */
final class OutboxBatch {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxBatch.class);

  private final Publisher publisher;
  private final List<Long> published = new ArrayList<>();
  private final SequencedMap<Long, String> errors = new LinkedHashMap<>();

  private record Checked(long number, Publication publication) {}

  OutboxBatch(Publisher publisher) {
    this.publisher = publisher;
  }

  /** Returns the numbers of the rows that were published. */
  List<Long> published() {
    return published;
  }

  /** Returns the numbers of the rows that can't be published, and why. */
  SequencedMap<Long, String> errors() {
    return errors;
  }

  /** Publishes rows. Returns whether all were published or are at fault; if not, try later. */
  boolean publish(List<OutboxRow> rows) throws InterruptedException {
    List<Checked> checked = new ArrayList<>();
    for (OutboxRow row : rows) {
      try {
        checked.add(new Checked(row.number(), publisher.publication(row.message())));
      } catch (RuntimeException | StackOverflowError wrong) { // a validator may throw anything
        refuse(row.number(), wrong);
      }
    }
    return together(checked);
  }

  /** Publishes all at once; or one by one, if one of them is at fault. */
  private boolean together(List<Checked> checked) throws InterruptedException {
    if (checked.isEmpty()) {
      return true;
    }
    RuntimeException failure = tried(checked);
    if (failure == null) {
      checked.forEach(one -> published.add(one.number()));
      return true;
    }
    if (!atFault(failure)) {
      LOG.debug("outbox: publishing does not work now", failure);
      return false;
    }
    if (checked.size() == 1) {
      refuse(checked.getFirst().number(), failure);
      return true;
    }
    for (Checked one : checked) {
      if (!together(List.of(one))) {
        return false;
      }
    }
    return true;
  }

  private @Nullable RuntimeException tried(List<Checked> checked) throws InterruptedException {
    try {
      publisher
          .publish(checked.stream().map(Checked::publication).toList())
          .toCompletableFuture()
          .get();
      return null;
    } catch (ExecutionException failed) {
      return failed.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(failed);
    } catch (RuntimeException thrown) {
      return thrown;
    }
  }

  /** Whether the store works but does not accept a message, so that trying again is no use. */
  private static boolean atFault(RuntimeException failure) {
    return failure instanceof RefusedException refused && !refused.retryable();
  }

  private void refuse(long number, Throwable why) {
    String message = why.getMessage();
    errors.put(number, message == null ? why.toString() : message);
  }
}
