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

/**
 * A disk: survives the server, may fail, may be lost, and remembers everything it was ever given,
 * which is what the members' views are compared with.
 */
final class SimStore implements HistoryStore {
  private static final long DUPLICATE_WINDOW = 5 * 60_000;

  private final SimWorld world;
  private final Map<Address, List<Kept>> truth = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private HistoryStore logs;
  private int life;
  private int failures;

  /** Without a stack, as it is logged each time. */
  private static final class DiskFull extends RuntimeException {
    private static final long serialVersionUID = 1;

    DiskFull() {
      super("the disk is full", null, false, false);
    }
  }

  /** An entry that was kept. */
  record Kept(int life, long seq, String messageId, long at) {}

  SimStore(SimWorld world) {
    this.world = world;
    this.logs = new MemoryHistory(world.clock);
  }

  /** The disk is replaced by an empty one. */
  void lose() {
    world.tell("the logs are lost");
    logs = new MemoryHistory(world.clock);
    life++;
  }

  /** The next so many appends fail. */
  void fail(int times) {
    failures = times;
  }

  /** The server has told a publisher that this is in no log. */
  void refused(String messageId) {
    refused.add(messageId);
  }

  @Override
  public List<Committed> append(List<Publication> batch) {
    if (failures > 0) {
      failures--;
      batch.forEach(publication -> refused(Objects.requireNonNull(publication.messageId())));
      throw new DiskFull();
    }
    List<Committed> committed = logs.append(batch);
    for (int i = 0; i < batch.size(); i++) {
      if (!committed.get(i).duplicate()) {
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
   * What one publisher numbered is in every log in the order of its numbers, but for what was
   * refused at first.
   */
  void checkOrder() {
    truth.forEach((address, log) -> {
      Map<String, Integer> last = new HashMap<>();
      for (Kept kept : log) {
        if (refused.contains(kept.messageId)) {
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
    return logs.head(log);
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    return logs.after(log, seq, limit, bytes);
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    return logs.before(log, seq, limit, bytes);
  }

  @Override
  public void close() {}
}
