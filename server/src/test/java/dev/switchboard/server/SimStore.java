package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A disk: survives the server, may fail before or after it has done what it was asked for, may be
 * lost or put back to an older copy, and remembers everything it was ever given, which is what the
 * members' views are compared with.
 */
final class SimStore implements HistoryStore {
  private static final long DUPLICATE_WINDOW = 5 * 60_000;

  private final SimWorld world;
  private final Map<Address, List<Kept>> truth = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private final Set<String> several = new HashSet<>();
  private final boolean immediate;
  private final List<Publication> inThisLife = new ArrayList<>();
  private HistoryStore logs;
  private int life;
  private int failures;
  private int unknown;
  private int failingReads;
  private long shown = Long.MAX_VALUE;

  /** Without a stack, as it is logged each time. */
  private static final class DiskFull extends RuntimeException {
    private static final long serialVersionUID = 1;

    DiskFull() {
      super("the disk is full", null, false, false);
    }
  }

  /** An entry that was kept. */
  record Kept(int life, long seq, String messageId, long at) {}

  SimStore(SimWorld world, boolean immediate) {
    this.world = world;
    this.immediate = immediate;
    this.logs = new MemoryHistory(world.clock);
  }

  @Override
  public boolean immediate() {
    return immediate;
  }

  /** The disk is replaced by an empty one. */
  void lose() {
    world.tell("the logs are lost");
    logs = new MemoryHistory(world.clock);
    inThisLife.clear();
    life++;
  }

  /** An older copy is put back, under epochs of its own. */
  void rollBack() {
    int left = world.random.nextInt(inThisLife.size() + 1);
    List<Publication> copy = List.copyOf(inThisLife.subList(0, left));
    lose();
    world.tell("a copy with " + left + " entries is put back");
    copy.forEach(publication -> appendNow(List.of(publication)));
  }

  /** The next so many appends fail, and nothing is appended. */
  void fail(int times) {
    failures = times;
  }

  /** The next so many appends are done, but reported to have failed. */
  void failAfterwards(int times) {
    unknown = times;
  }

  /** The next so many reads of heads and pages fail. */
  void failReads(int times) {
    failingReads = times;
  }

  /** What is behind that place is not shown to readers, as if they asked a copy that lags. */
  void showOnlyUpTo(long seq) {
    shown = seq;
  }

  /** Nothing fails any more. */
  void heal() {
    fail(0);
    failAfterwards(0);
    failReads(0);
  }

  /** This may come after what was published later: its client waits until it is in all rooms. */
  void several(String messageId) {
    several.add(messageId);
  }

  /** The server has told a publisher that this is in no log. */
  void refused(String messageId) {
    refused.add(messageId);
  }

  @Override
  public List<Committed> append(List<Publication> batch) {
    if (failures > 0) {
      failures--;
      throw new DiskFull();
    }
    List<Committed> committed = appendNow(batch);
    if (unknown > 0) {
      unknown--;
      world.tell("it is said that this was not kept");
      throw new DiskFull();
    }
    return committed;
  }

  private List<Committed> appendNow(List<Publication> batch) {
    List<Committed> committed = logs.append(batch);
    for (int i = 0; i < batch.size(); i++) {
      if (!committed.get(i).duplicate()) {
        inThisLife.add(batch.get(i));
        keep(batch.get(i), committed.get(i).position().seq());
      }
    }
    return committed;
  }

  private void keep(Publication publication, long seq) {
    String messageId = Objects.requireNonNull(publication.messageId());
    List<Kept> log =
        truth.computeIfAbsent(publication.log().address(), address -> new ArrayList<>());
    for (Kept kept : log) {
      if (kept.life == life && kept.messageId.equals(messageId)) {
        assertThat(world.now() - kept.at)
            .as("%s is in %s twice", messageId, publication.log())
            .isGreaterThan(DUPLICATE_WINDOW);
      }
    }
    world.tell(messageId + " is kept at " + seq + " of " + publication.log().address());
    log.add(new Kept(life, seq, messageId, world.now()));
  }

  /** Whether that message is, or was before the logs were lost, at that place. */
  boolean kept(Address address, long seq, String messageId) {
    return of(address).stream()
        .anyMatch(kept -> kept.seq == seq && kept.messageId.equals(messageId));
  }

  List<Kept> of(Address address) {
    return truth.getOrDefault(address, List.of());
  }

  /**
   * Whether that place of the log is, or was before the logs were lost, taken by such a message.
   */
  boolean isOf(Address address, long seq, Predicate<String> messageIds) {
    return of(address).stream()
        .anyMatch(kept -> kept.seq == seq && messageIds.test(kept.messageId));
  }

  /**
   * What one publisher numbered is in every log in the order of its numbers, but for what was
   * refused at first, goes to several rooms, or was in a log that was lost before the publisher had
   * its answer.
   */
  void checkOrder() {
    truth.forEach((address, log) -> {
      Map<String, Integer> last = new HashMap<>();
      Map<String, Integer> lives = new HashMap<>();
      for (Kept kept : log) {
        int first = lives.computeIfAbsent(kept.messageId, id -> kept.life);
        if (refused.contains(kept.messageId)
            || several.contains(kept.messageId)
            || first != kept.life) {
          continue;
        }
        int dash = kept.messageId.lastIndexOf('-');
        String publisher = kept.life + kept.messageId.substring(0, dash);
        int number = Integer.parseInt(kept.messageId.substring(dash + 1));
        Integer before = last.put(publisher, number);
        assertThat(before == null || before < number)
            .as("%s comes after number %s in %s", kept.messageId, before, address)
            .isTrue();
      }
    });
  }

  @Override
  public Position head(LogKey log) {
    read();
    return upToShown(logs.head(log));
  }

  /** For who compares: never fails. */
  Position truth(LogKey log) {
    return logs.head(log);
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    read();
    Page page = logs.after(log, seq, limit, bytes);
    return new Page(
        upToShown(page.head()),
        page.first(),
        page.entries().stream().filter(entry -> entry.seq() <= shown).toList(),
        page.more());
  }

  private Position upToShown(Position head) {
    return new Position(head.epoch(), Math.min(head.seq(), shown));
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    read();
    return logs.before(log, seq, limit, bytes);
  }

  private void read() {
    if (failingReads > 0) {
      failingReads--;
      throw new DiskFull();
    }
  }

  @Override
  public void close() {}
}
