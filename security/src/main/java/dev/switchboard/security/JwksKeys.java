package dev.switchboard.security;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import dev.switchboard.spi.AuthenticationException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a JWKS URL. Thread-safe.
 *
 * <p>What is known is in one of three states. <em>Nothing</em>: a token waits for a fetch.
 * <em>Good</em>: keys answer at once. Once they are older than {@code maxAge}, the next token
 * starts a fetch and does not wait for it; a token with an unknown {@code kid} starts one and
 * waits. <em>Too old</em>: fetches have failed for {@code outage}, so a key that was withdrawn
 * might still be among them; it is as if nothing were known.
 *
 * <p>There is one fetch at a time, on a virtual thread of its own, and all who wait share it. No
 * token, whatever it says, starts one sooner than {@link #PAUSE} after the last, or {@link
 * #PAUSE_AFTER_FAILURE} if that failed. A failed fetch changes nothing about the keys.
 */
final class JwksKeys implements KeySource {
  static final Duration PAUSE = Duration.ofSeconds(30);
  static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

  /** Verifying a token without {@code kid} tries all of them. */
  static final int MAX_KEYS = 50;

  private static final Logger log = LoggerFactory.getLogger(JwksKeys.class);

  private final JwksFetch fetch;
  private final long maxAge;
  private final long outage;
  private final LongSupplier ticker;

  /** What is known; written by the one fetch that runs. */
  private volatile Known known = new Known(List.of(), null, null, false);

  /** The fetch that runs, or null. */
  private final AtomicReference<@Nullable CompletableFuture<Known>> running =
      new AtomicReference<>();

  /**
   * Fetches nothing yet.
   *
   * @param ticker nanoseconds that only grow
   */
  JwksKeys(JwksFetch fetch, Duration maxAge, Duration outage, LongSupplier ticker) {
    this.fetch = fetch;
    this.maxAge = maxAge.toNanos();
    this.outage = outage.toNanos();
    this.ticker = ticker;
  }

  @Override
  public List<VerificationKey> candidates(@Nullable String kid)
      throws AuthenticationException, InterruptedException {
    Known now = known;
    if (!usable(now)) {
      now = refreshed(now);
      if (!usable(now)) {
        throw AuthenticationException.unavailable("token: its keys can't be fetched now", null);
      }
    }
    List<VerificationKey> found = KeySource.among(now.keys, kid);
    if (!found.isEmpty()) {
      if (age(now.fetchedAt) >= maxAge && mayFetch(now)) {
        var unused = refresh(); // nobody waits for it
      }
      return found;
    }
    now = refreshed(now);
    found = KeySource.among(now.keys, kid);
    if (found.isEmpty() && now.failed) {
      // It may be a new key: that is for the next attempt to find out.
      throw AuthenticationException.unavailable("token: its keys can't be fetched now", null);
    }
    return found;
  }

  private boolean usable(Known now) {
    return now.fetchedAt != null && age(now.fetchedAt) < maxAge + outage;
  }

  private long age(@Nullable Long then) {
    return then == null ? Long.MAX_VALUE : ticker.getAsLong() - then;
  }

  private boolean mayFetch(Known now) {
    return age(now.attemptedAt) >= (now.failed ? PAUSE_AFTER_FAILURE : PAUSE).toNanos();
  }

  /** What is known after the fetch that runs, or a new one if it is time for one. */
  private Known refreshed(Known now) throws InterruptedException {
    CompletableFuture<Known> fetching = running.get();
    if (fetching == null) {
      if (!mayFetch(now)) {
        return known;
      }
      fetching = refresh();
    }
    try {
      return fetching.get(2 * fetch.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      return known;
    }
  }

  private CompletableFuture<Known> refresh() {
    CompletableFuture<Known> mine = new CompletableFuture<>();
    CompletableFuture<Known> other = running.compareAndExchange(null, mine);
    if (other != null) {
      return other;
    }
    if (!mayFetch(known)) { // one has just ended
      running.set(null);
      mine.complete(known);
      return mine;
    }
    Thread.ofVirtual().name("switchboard-jwks").start(() -> run(mine));
    return mine;
  }

  private void run(CompletableFuture<Known> mine) {
    Known before = known;
    Known after = new Known(before.keys, before.fetchedAt, ticker.getAsLong(), true);
    try {
      List<VerificationKey> keys = keys(fetch.fetch());
      long end = ticker.getAsLong();
      after = new Known(keys, end, end, false);
    } catch (IOException | InterruptedException | RuntimeException failed) {
      after = new Known(before.keys, before.fetchedAt, ticker.getAsLong(), true);
      log.warn("JWKS {}: {}", fetch, failed.getMessage());
    } finally {
      known = after;
      running.set(null);
      mine.complete(after);
    }
  }

  /** The usable keys of a set: of the others, whoever publishes them may have some use. */
  private List<VerificationKey> keys(byte[] json) throws IOException {
    Map<String, @Nullable Object> set = StrictJson.object(json);
    if (set == null || !(set.get("keys") instanceof List<?> all)) {
      throw new IOException("not a JWK set");
    }
    List<VerificationKey> keys = new ArrayList<>();
    for (Object each : all) {
      if (keys.size() < MAX_KEYS && each instanceof Map<?, ?> map) {
        add(map, keys);
      }
    }
    if (keys.isEmpty()) {
      throw new IOException("no key for signatures that is supported");
    }
    return List.copyOf(keys);
  }

  private void add(Map<?, ?> map, List<VerificationKey> keys) {
    try {
      JWK key = KeyFile.jwk(map);
      if (key.getKeyType().equals(KeyType.OCT)) {
        throw new IllegalArgumentException("a secret, and everybody can read it");
      }
      keys.add(VerificationKey.of(key));
    } catch (IllegalArgumentException unusable) {
      log.debug("JWKS {}: ignores a key: {}", fetch, unusable.getMessage());
    }
  }

  /**
   * Immutable.
   *
   * @param keys those of the last fetch that succeeded
   * @param fetchedAt when that was, or null for never
   * @param attemptedAt when the last fetch ended, or null for never
   * @param failed whether that one failed
   */
  private record Known(
      List<VerificationKey> keys,
      @Nullable Long fetchedAt,
      @Nullable Long attemptedAt,
      boolean failed) {}
}
