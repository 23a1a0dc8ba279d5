package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.StoredUser;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.BindCodes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bind codes in Redis, where any server of the deployment takes them. At most 100,000 wait to be
 * used; further ones are refused with {@code unavailable}. When Redis restarts or another one takes
 * over, all codes are void, so that none that was taken comes back. Thread-safe; calls block.
 */
final class RedisBindCodes implements BindCodes {
  private static final Logger LOG = LoggerFactory.getLogger(RedisBindCodes.class);
  private static final RedisScript PUT = new RedisScript("put-code");
  private static final RedisScript TAKE = new RedisScript("take-code");
  private static final int MAX_CODES = 100_000;
  private static final byte[][] KEYS = {Keys.STORE, Keys.CODES, Keys.CODE_USERS};

  private final RedisStore store;
  private final InstantSource clock;
  private final int most;

  RedisBindCodes(RedisStore store) {
    this(store, InstantSource.system(), MAX_CODES);
  }

  RedisBindCodes(RedisStore store, InstantSource clock, int most) {
    this.store = store;
    this.clock = clock;
    this.most = most;
  }

  @Override
  public void put(String hash, AuthenticatedUser user, Instant expiry) {
    String text = StoredUser.write(user);
    try {
      var unused =
          store.read(
              PUT,
              KEYS,
              RedisScript.bytes(hash),
              RedisScript.bytes(text),
              RedisScript.bytes(expiry.toEpochMilli()),
              RedisScript.bytes(clock.millis()),
              RedisScript.bytes(most));
    } catch (RedisFailure failure) {
      if (failure.isRefusal("FULL")) {
        throw new RefusedException(ErrorCode.UNAVAILABLE, "bind codes: too many are unused");
      }
      throw unavailable(failure);
    }
  }

  @Override
  public Optional<AuthenticatedUser> take(String hash) {
    try {
      @Nullable Object user =
          store
              .read(TAKE, KEYS, RedisScript.bytes(hash), RedisScript.bytes(clock.millis()))
              .getFirst();
      return user == null ? Optional.empty() : Optional.of(StoredUser.read(RedisScript.text(user)));
    } catch (RedisFailure failure) {
      throw unavailable(failure);
    }
  }

  private static RefusedException unavailable(RedisFailure cause) {
    LOG.debug("bind codes: Redis does not answer", cause);
    RefusedException refused =
        new RefusedException(
            ErrorCode.UNAVAILABLE, "bind codes: Redis does not answer (expected: try later)");
    refused.initCause(cause);
    return refused;
  }

  /** Does nothing: the connections are the store's. */
  @Override
  public void close() {}
}
