package dev.switchboard.server;

import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import java.util.List;

/** Logs in memory that are taken for a store that blocks, so that a test can have it block. */
class Disk implements HistoryStore {
  private final MemoryHistory memory = new MemoryHistory();

  @Override
  public List<Committed> append(List<Publication> publications) {
    return memory.append(publications);
  }

  @Override
  public Position head(LogKey log) {
    return memory.head(log);
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    return memory.after(log, seq, limit, bytes);
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    return memory.before(log, seq, limit, bytes);
  }

  @Override
  public void close() {
    memory.close();
  }
}
