package dev.switchboard.client.outbox;

import dev.switchboard.client.outbox.OutboxRecord.Done;
import dev.switchboard.client.outbox.OutboxRecord.Stored;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.client.Question;
import dev.switchboard.protocol.client.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes publications to an outbox before it passes them to the session, and strikes them out once
 * they are answered. Thread-safe.
 *
 * <p>A publication moves from {@code toStore} to the file, to the session, and, once it is answered
 * or refused, as a number to {@code toStrike} and to the file again. It is in {@code open} all that
 * time. The file belongs to a virtual thread that exists while there is something to write.
 * Everything that arrives while it writes is written together in the next round, so publications
 * share an {@code fsync} and reach the session in the order in which they were stored.
 */
public final class OutboxWriter {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxWriter.class);

  private final SessionLoop session;
  private final OutboxFile file;
  private final Set<Kept> open = ConcurrentHashMap.newKeySet(); // the unanswered publications
  private final Object lock = new Object();

  // Guarded by lock.
  private List<Kept> toStore = new ArrayList<>(); // publications for the next round
  private List<Long> toStrike = new ArrayList<>(); // numbers to strike out in the next round
  private boolean writing; // whether the writing thread exists
  private boolean closed; // whether nothing more is accepted

  private OutboxWriter(SessionLoop session, OutboxFile file) {
    this.session = session;
    this.file = file;
  }

  /**
   * Opens an outbox and passes the messages in it to the session.
   *
   * @throws IllegalStateException if another client is using the file
   * @throws IllegalArgumentException if the file is not an outbox
   * @throws java.io.UncheckedIOException if it can't be read or written
   */
  public static OutboxWriter open(Path path, SessionLoop session, QueueGate gate) {
    List<Stored> restored = new ArrayList<>();
    OutboxWriter outgoing = new OutboxWriter(session, OutboxFile.open(path, restored));
    List<Kept> kept = new ArrayList<>();
    for (Stored each : restored) {
      int size = each.message().bytes();
      gate.count(size);
      Kept one = outgoing.new Kept(each.message(), new Restored(each.message()), each.at(), true);
      CompletionStage<?> unused = one.ended.thenRun(() -> gate.leave(size));
      one.number = each.number();
      // The wall clock is the only one that both processes share.
      one.since = session.now() - Math.max(0, System.currentTimeMillis() - each.at());
      outgoing.open.add(one);
      kept.add(one);
    }
    outgoing.handOver(kept);
    return outgoing;
  }

  /** Stores a publication and then sends it. */
  public void store(Command.Publish publish, StoredOutcome asked) {
    synchronized (lock) {
      if (!closed) {
        Kept kept = new Kept(publish, asked, System.currentTimeMillis(), false);
        kept.since = session.now();
        open.add(kept);
        toStore.add(kept);
        write();
        return;
      }
    }
    asked.failed(UnsentException.closed(asked.unsent()));
  }

  private void strike(long number) {
    synchronized (lock) {
      if (!closed) {
        toStrike.add(number);
        write();
      }
    }
  }

  private void write() {
    if (!writing) {
      writing = true;
      Thread unused = Thread.ofVirtual().name("switchboard-outbox").start(this::run);
    }
  }

  private void run() {
    while (true) {
      List<Kept> stores;
      List<Long> strikes;
      synchronized (lock) {
        stores = toStore;
        strikes = toStrike;
        if (stores.isEmpty() && strikes.isEmpty()) {
          writing = false;
          lock.notifyAll();
          return;
        }
        toStore = new ArrayList<>();
        toStrike = new ArrayList<>();
      }
      commit(stores, strikes);
    }
  }

  private void commit(List<Kept> stores, List<Long> strikes) {
    List<OutboxRecord> records = new ArrayList<>();
    strikes.forEach(number -> records.add(new Done(number)));
    for (Kept each : stores) {
      each.number = file.nextNumber();
      records.add(new Stored(each.number, each.at, each.publish));
    }
    try {
      file.write(records);
    } catch (IOException | RuntimeException failed) {
      LOG.warn("outbox: could not be written", failed);
      for (Kept each : stores) {
        open.remove(each);
        each.asked.failed(new UnsentException("outbox: " + failed, each.asked.unsent()));
        each.ended.complete(true);
      }
      return; // what was not struck out is sent again after a restart, and accepted once
    }
    handOver(stores);
  }

  private void handOver(List<Kept> kept) {
    if (kept.isEmpty()) {
      return;
    }
    session.input(machine -> {
      for (Kept each : kept) {
        machine
            .conversation()
            .keep(each.since, each.restored, each.publish, each.asked.unsent(), each);
      }
    });
    kept.forEach(each -> each.asked.accepted());
  }

  /**
   * Returns futures that complete when the currently open publications have been answered or have
   * failed.
   */
  public List<CompletableFuture<Boolean>> ends() {
    return open.stream().map(each -> each.ended).toList();
  }

  /** Closes the file once everything is written. Unanswered publications stay in it. */
  public void close() {
    synchronized (lock) {
      closed = true;
      boolean interrupted = false;
      while (writing) {
        try {
          lock.wait();
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    file.close();
    for (Kept each : open) {
      each.asked.failed(
          new UnsentException(
              "the client was closed; the message stays in the outbox", each.asked.unsent()));
      each.ended.complete(true);
    }
    open.clear();
  }

  /** The outcome of a publication from an earlier process, for which nobody waits. */
  private record Restored(Object unsent) implements StoredOutcome {
    @Override
    public void accepted() {}

    @Override
    public void answered(Answer answer) {}

    @Override
    public void failed(SwitchboardException why) {}
  }

  /** A publication in the file until it is answered. */
  private final class Kept implements Question.Outcome {
    private final Command.Publish publish;
    private final StoredOutcome asked;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final long at;
    private final boolean restored;
    private long number; // in the file; set before it is passed to the session
    private long since; // when the user asked, by the session's clock; set before it is stored

    Kept(Command.Publish publish, StoredOutcome asked, long at, boolean restored) {
      this.publish = publish;
      this.asked = asked;
      this.at = at;
      this.restored = restored;
    }

    @Override
    public void answered(Answer answer) {
      open.remove(this);
      strike(number);
      asked.answered(answer);
      ended.complete(true);
    }

    @Override
    public void failed(SwitchboardException why) {
      open.remove(this);
      strike(number);
      asked.failed(why);
      ended.complete(true);
      session.report(new Report.Undelivered(publish, why));
    }
  }
}
