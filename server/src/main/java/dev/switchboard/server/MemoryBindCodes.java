package dev.switchboard.server;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.BindCodes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Bind codes in memory, for a server that is alone. At most 100,000 codes wait to be used; further
 * ones are refused with {@code unavailable}. They are gone when the server ends. Thread-safe.
 */
public final class MemoryBindCodes implements BindCodes {
  private static final int MAX_CODES = 100_000;

  private record Waiting(AuthenticatedUser user, Instant expiry) {}

  private final InstantSource clock;
  private final int most;
  private final Map<String, Waiting> codes = new HashMap<>(); // by hash; guarded by this
  private Instant sweepAt = Instant.MIN; // when expired codes are removed next; guarded by this

  /** Creates an empty store with the system's clock. */
  public MemoryBindCodes() {
    this(InstantSource.system());
  }

  /** Creates an empty store with another clock. */
  public MemoryBindCodes(InstantSource clock) {
    this(clock, MAX_CODES);
  }

  MemoryBindCodes(InstantSource clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  @Override
  public synchronized void put(String hash, AuthenticatedUser user, Instant expiry) {
    Instant now = clock.instant();
    if (!now.isBefore(sweepAt) || codes.size() >= most) {
      codes.values().removeIf(waiting -> !waiting.expiry.isAfter(now));
      sweepAt = now.plusSeconds(1); // so that issuing costs no more the more codes there are
    }
    if (codes.size() >= most) {
      throw new RefusedException(ErrorCode.UNAVAILABLE, "bind codes: too many are unused");
    }
    codes.put(hash, new Waiting(user, expiry));
  }

  @Override
  public synchronized Optional<AuthenticatedUser> take(String hash) {
    Waiting waiting = codes.remove(hash);
    return waiting == null || !waiting.expiry.isAfter(clock.instant())
        ? Optional.empty()
        : Optional.of(waiting.user);
  }

  synchronized int size() {
    return codes.size();
  }

  @Override
  public synchronized void close() {
    codes.clear();
  }
}
