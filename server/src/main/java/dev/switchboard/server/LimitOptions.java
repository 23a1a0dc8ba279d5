package dev.switchboard.server;

import dev.switchboard.server.limits.ClientLimits;
import dev.switchboard.server.limits.Rate;
import dev.switchboard.server.limits.Rates;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits per client that typed and raw endpoints have in common. A limit per time is a bucket
 * that is full at first and refills evenly, so as much as it allows per period may also come at
 * once. Counted in memory: a restart starts over, and each of several servers counts for itself. An
 * IPv6 network of 64 bits counts as one address. Confined to one thread until the server starts;
 * fixed afterwards.
 *
 * @param <E> the endpoint
 */
public abstract class LimitOptions<E extends LimitOptions<E>> {
  // The options: set by the methods of their names until the server starts, then only read. A rate
  // that is null does not limit.
  private int maxConnectionsPerUser = 100;
  private int maxConnectionsPerAddress = 100_000;
  private int maxUpgrades = 10_000;
  private int maxUpgradesPerAddress = 500;
  private Duration identifyTimeout = Duration.ofSeconds(10);
  private @Nullable Rate connectRate = new Rate(2_000, Duration.ofSeconds(10));
  private @Nullable Rate failedLoginRate = new Rate(100, Duration.ofMinutes(1));
  private @Nullable Rate rate;
  private @Nullable Rate byteRate;
  private @Nullable Rate requestRate;

  /** Creates the default limits, without a limit on what one connection sends. */
  LimitOptions() {}

  /** Limits the connections of one user. The default is 100; further ones get HTTP 429. */
  public E maxConnectionsPerUser(int connections) {
    return set(() ->
        maxConnectionsPerUser = within("maxConnectionsPerUser", connections, 1, Integer.MAX_VALUE));
  }

  /**
   * Limits the connections from one address, as the socket or a trusted proxy reports it; any other
   * proxy counts as one address. The default is 100,000; further ones get HTTP 429.
   */
  public E maxConnectionsPerAddress(int connections) {
    return set(() ->
        maxConnectionsPerAddress =
            within("maxConnectionsPerAddress", connections, 1, Integer.MAX_VALUE));
  }

  /**
   * Limits how many upgrades one address may ask for within a period. The default is 2,000 per 10
   * seconds; further ones get HTTP 429 with {@code Retry-After}. Counted for the 100,000 addresses
   * that came most recently.
   *
   * @throws IllegalArgumentException if the number or the time is not positive
   */
  public E connectRate(int connects, Duration per) {
    return set(() -> connectRate = Rate.of("connectRate", connects, per));
  }

  /**
   * Limits how many clients may be in the middle of being identified: those whose authenticator or
   * identifier has not returned, and those that have connected and not sent {@code authenticate}
   * yet. The default is 10,000 in total and 500 from one address. Further upgrades get HTTP 503 or
   * 429 with {@code Retry-After}.
   */
  public E maxUpgrades(int inTotal, int perAddress) {
    return set(() -> {
      maxUpgrades = within("maxUpgrades", inTotal, 1, Integer.MAX_VALUE);
      maxUpgradesPerAddress = within("maxUpgrades per address", perAddress, 1, Integer.MAX_VALUE);
    });
  }

  /**
   * Limits how often logins may fail within a period: from one address, and, where credentials are
   * renewed on a connection, for its user. The default is 100 per minute. Further upgrades get HTTP
   * 429 with {@code Retry-After} before their credentials are checked; {@code authenticate} gets
   * {@code auth_failed} and, on a connection without a user, close 4029. A verdict of 401 or 403 by
   * an {@link Identifier} counts as a failed login. Credentials that could not be checked do not.
   *
   * @throws IllegalArgumentException if the number or the time is not positive
   */
  public E failedLoginRate(int logins, Duration per) {
    return set(() -> failedLoginRate = Rate.of("failedLoginRate", logins, per));
  }

  /**
   * Sets how long an authenticator or identifier may take for one client. The default is 10
   * seconds. Its thread is then interrupted, and the client is refused as one whose credentials
   * can't be checked at the moment: with HTTP 503 or close 1013. It may try again.
   */
  public E identifyTimeout(Duration timeout) {
    return set(() -> identifyTimeout = atLeastOneMilli("identifyTimeout", timeout));
  }

  /**
   * Limits how many messages one connection may send within a period. A message to several rooms
   * counts once for each. Further messages are refused with {@code rate_limited} and {@code
   * retryAfter}; after as many refusals as the limit, or a thousand, the connection is closed with
   * 4029. At a raw endpoint, which has no answers, the first such message closes the connection.
   * The default is 10,000 per 10 seconds at a typed endpoint, and none at a raw one.
   *
   * @throws IllegalArgumentException if the number or the time is not positive
   */
  public E rate(int messages, Duration per) {
    return set(() -> rate = Rate.of("rate", messages, per));
  }

  /**
   * Limits how many bytes the messages of one connection may have within a period. A message larger
   * than that is let through if nothing was sent before. Otherwise like {@link #rate}. The default
   * is 128 MiB per 10 seconds at a typed endpoint, and none at a raw one.
   *
   * @throws IllegalArgumentException if the number or the time is not positive
   */
  public E byteRate(long bytes, Duration per) {
    return set(() -> byteRate = Rate.of("byteRate", bytes, per));
  }

  /**
   * Lifts all limits per time: of connects, failed logins, messages, bytes and requests. For
   * endpoints whose clients are trusted, and for measuring.
   */
  public E anyRate() {
    return set(() -> {
      connectRate = null;
      failedLoginRate = null;
      rates(null, null, null);
    });
  }

  // Package-private from here on.

  /** Sets the rate of requests, which only typed endpoints have. */
  final void requests(Rate newRate) {
    requestRate = newRate;
  }

  /** Sets what one connection may send; requests are only those of typed endpoints. */
  final void rates(@Nullable Rate messages, @Nullable Rate bytes, @Nullable Rate requests) {
    rate = messages;
    byteRate = bytes;
    requestRate = requests;
  }

  /**
   * Changes an option.
   *
   * @throws IllegalStateException if the server has started
   */
  abstract E set(Runnable change);

  ClientLimits clientLimits() {
    return new ClientLimits(
        maxConnectionsPerUser,
        maxConnectionsPerAddress,
        maxUpgrades,
        maxUpgradesPerAddress,
        identifyTimeout,
        new Rates(connectRate, failedLoginRate, rate, byteRate, requestRate));
  }

  static int within(String name, int value, int least, int most) {
    require(value >= least && value <= most, name, value, least + " to " + most);
    return value;
  }

  static Duration notNegative(String name, Duration value) {
    require(!value.isNegative(), name, value, "not negative");
    return value;
  }

  static Duration atLeastOneMilli(String name, Duration value) {
    require(value.compareTo(Duration.ofMillis(1)) >= 0, name, value, "1 ms or more");
    return value;
  }

  static void require(boolean good, String name, Object value, String rule) {
    if (!good) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
    }
  }
}
