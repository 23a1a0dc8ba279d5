package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.redis.RedisFailure.Kind;
import dev.switchboard.history.HistoryException;
import dev.switchboard.history.sql.Kept;
import dev.switchboard.history.sql.MaxBytes;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.PruningTime;
import dev.switchboard.spi.Publication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs in Redis. A script appends a whole batch, so that it is all or nothing ({@code append.lua});
 * pages and heads are read by scripts too, so that each shows one point in time. All logs have one
 * epoch, which changes if the store is emptied or loses commits ({@code settle.lua}). Thread-safe;
 * calls block.
 *
 * <p>An append whose connection is lost is repeated for a short while if all its publications have
 * ids, as a broker's have: then it makes no difference whether it was carried out.
 */
final class RedisHistory implements HistoryStore {
  private static final Logger LOG = LoggerFactory.getLogger(RedisHistory.class);
  private static final RedisScript APPEND = new RedisScript("append");
  private static final RedisScript PAGE = new RedisScript("page");
  private static final RedisScript HEADS = new RedisScript("heads");
  private static final byte[] AFTER = RedisScript.bytes("after");
  private static final byte[] BEFORE = RedisScript.bytes("before");
  private static final long REPEAT_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long REPEAT_PAUSE_MILLIS = 50;

  /** Scripts count in doubles, which are exact up to here. */
  private static final long MAX_SEQ = 1L << 52;

  private final RedisStore store;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock(); // its holder is appending

  // Guarded by lock.
  private final PruningTime time;
  private long timeKept; // the pruning time that the store has

  /**
   * Opens the logs of a store.
   *
   * @param maxBytes the most bytes of data in all logs
   * @throws RedisFailure if Redis does not answer
   */
  RedisHistory(RedisStore store, long maxBytes) {
    MaxBytes.requireValid(maxBytes);
    this.store = store;
    this.maxBytes = maxBytes;
    byte[] pruned = store.read(commands -> commands.hget(Keys.STORE, RedisScript.bytes("pruned")));
    this.timeKept = pruned == null ? 0 : Long.parseLong(RedisScript.text(pruned));
    this.time = new PruningTime(timeKept, System.nanoTime(), jump -> LOG.error("Redis: {}", jump));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a publication is fleeting
   * @throws RefusedException {@code unavailable} if the logs or Redis are full
   */
  @Override
  public List<Committed> append(List<Publication> batch) {
    Kept.require(batch);
    if (batch.isEmpty()) {
      return List.of();
    }
    lock.lock();
    try {
      AppendCall call = new AppendCall(batch, time);
      List<@Nullable Object> answer = append(call, repeatable(batch));
      timeKept = call.prunedAt();
      return committed(answer);
    } catch (RedisFailure failure) {
      throw failed("append", failure);
    } finally {
      lock.unlock();
    }
  }

  private static boolean repeatable(List<Publication> batch) {
    return batch.stream().allMatch(publication -> publication.messageId() != null);
  }

  private List<@Nullable Object> append(AppendCall call, boolean repeatable) {
    byte[][] keys = call.keys();
    byte[][] arguments = call.arguments(maxBytes, timeKept);
    boolean lost = false;
    long until = System.nanoTime() + REPEAT_NANOS;
    while (true) {
      try {
        return store.write(APPEND, keys, arguments);
      } catch (RedisFailure failure) {
        lost |= failure.kind() == Kind.LOST;
        boolean passing = lost && failure.kind() != Kind.SILENT && repeatable;
        if (!passing || full(failure) != null || System.nanoTime() - until >= 0) {
          throw failure;
        }
        LOG.info("Redis: append is retried after: {}", failure.getMessage());
        pause(failure);
      }
    }
  }

  private static void pause(RedisFailure failure) {
    try {
      Thread.sleep(REPEAT_PAUSE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  private List<Committed> committed(List<@Nullable Object> answer) {
    String epoch = epoch(answer);
    List<Committed> results = new ArrayList<>();
    for (Object one : answer.subList(3, answer.size())) {
      long seq = RedisScript.number(one);
      results.add(new Committed(new Position(epoch, Math.abs(seq)), seq < 0));
    }
    return results;
  }

  /** Returns the epoch that a script has answered, and notes the commit that it has answered. */
  private String epoch(List<@Nullable Object> answer) {
    store.seen.saw(RedisScript.text(answer.get(1)), RedisScript.number(answer.get(2)));
    return RedisScript.text(answer.get(0));
  }

  @Override
  public Position head(LogKey log) {
    return heads(List.of(log)).getOrDefault(log, new Position("", 0));
  }

  @Override
  public Map<LogKey, Position> heads(Collection<LogKey> logs) {
    if (logs.isEmpty()) {
      return Map.of();
    }
    List<byte[]> keys = new ArrayList<>();
    keys.add(Keys.STORE);
    logs.forEach(log -> keys.add(Keys.log(log)));
    List<@Nullable Object> answer = read(HEADS, keys.toArray(byte[][]::new));
    String epoch = epoch(answer);
    Map<LogKey, Position> heads = new HashMap<>();
    int place = 3;
    for (LogKey log : logs) {
      heads.put(log, new Position(epoch, RedisScript.number(answer.get(place++))));
    }
    return heads;
  }

  private List<@Nullable Object> read(RedisScript script, byte[][] keys, byte[]... arguments) {
    try {
      return store.read(script, keys, arguments);
    } catch (RedisFailure failure) {
      throw failed("read", failure);
    }
  }

  @Override
  public Page after(LogKey log, long seq, int limit, long bytes) {
    PageRead read = page(AFTER, log, seq, limit, bytes);
    return Page.after(read.head, read.first, read.entries);
  }

  @Override
  public Page before(LogKey log, long seq, int limit, long bytes) {
    PageRead read = page(BEFORE, log, seq, limit, bytes);
    return Page.before(read.head, read.first, read.entries);
  }

  private record PageRead(Position head, long first, List<Entry> entries) {}

  private PageRead page(byte[] direction, LogKey log, long seq, int limit, long bytes) {
    Page.requireBounds(limit, bytes);
    byte[][] keys = {Keys.STORE, Keys.log(log)};
    List<@Nullable Object> answer =
        read(
            PAGE,
            keys,
            direction,
            RedisScript.bytes(Math.clamp(seq, -1, MAX_SEQ)),
            RedisScript.bytes(limit),
            RedisScript.bytes(bytes));
    List<Entry> entries = new ArrayList<>();
    long next = RedisScript.number(answer.get(5));
    for (Object entry : answer.subList(6, answer.size())) {
      if (!(entry instanceof byte[] stored)) {
        throw new IllegalStateException("entry: " + entry + " (expected: bytes)");
      }
      entries.add(StoredEntry.read(log.address(), next++, stored));
    }
    Position head = new Position(epoch(answer), RedisScript.number(answer.get(3)));
    return new PageRead(head, RedisScript.number(answer.get(4)), entries);
  }

  /** Does nothing: the connections are the store's. */
  @Override
  public void close() {}

  private static RuntimeException failed(String what, RedisFailure failure) {
    String full = full(failure);
    if (full != null) {
      return new RefusedException(ErrorCode.UNAVAILABLE, full);
    }
    return new HistoryException("Redis: " + what + " failed: " + failure.getMessage(), failure);
  }

  /** Returns what is full, if that is the reason for a failure. */
  private static @Nullable String full(RedisFailure failure) {
    if (failure.isRefusal("FULL ")) {
      return "the history is full: "
          + String.valueOf(failure.getMessage()).substring("FULL ".length())
          + " bytes (expected: fewer)";
    }
    return failure.isRefusal("OOM") ? "Redis is full (expected: a higher maxmemory)" : null;
  }
}
