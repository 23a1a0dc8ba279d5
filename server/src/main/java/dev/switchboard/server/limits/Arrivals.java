package dev.switchboard.server.limits;

import dev.switchboard.spi.Limit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Limits how clients arrive at an endpoint: how often from one address, how many whose users are
 * being identified at the same time, and how often without success. Thread-safe; time is an
 * argument, in milliseconds.
 */
public final class Arrivals {
  private static final long BUSY_MILLIS = 1_000;

  private final ClientLimits limits;
  private final Buckets connects;
  private final Buckets failedLogins;
  private final Counter identifying = new Counter(); // by address
  private final AtomicInteger allIdentifying = new AtomicInteger();

  /**
   * A limit that was reached.
   *
   * @param status of the response that refuses an upgrade
   * @param retryAfter the milliseconds after which another try makes sense
   */
  public record Refusal(Limit limit, int status, long retryAfter) {
    /** Describes the refusal to the client. */
    public String reason() {
      return switch (limit) {
        case CONNECTS -> "too many connects from this address";
        case FAILED_LOGINS -> "too many failed logins";
        default -> "too many clients are being identified";
      };
    }
  }

  public Arrivals(ClientLimits limits) {
    this.limits = limits;
    this.connects = new Buckets(limits.rates().connects());
    this.failedLogins = new Buckets(limits.rates().failedLogins());
  }

  /** Counts an upgrade. Returns null if it is allowed. */
  public @Nullable Refusal arrive(String address, long now) {
    return refusal(Limit.CONNECTS, connects.take(address, 1, now));
  }

  /**
   * Registers an upgrade whose user is to be identified. Returns null if it is allowed; {@link
   * #identified} must then be called, whatever happens.
   */
  public @Nullable Refusal identifying(String address, long now) {
    Refusal locked = locked(address, now);
    if (locked != null) {
      return locked;
    }
    boolean free = allIdentifying.incrementAndGet() <= limits.upgrades();
    if (free && identifying.add(address, limits.upgradesPerAddress())) {
      return null;
    }
    allIdentifying.decrementAndGet();
    return new Refusal(Limit.UPGRADES, free ? 429 : 503, BUSY_MILLIS);
  }

  /**
   * Registers a connection that is open already and whose client has not proved its user; it is
   * never refused. {@link #identified} must be called.
   */
  public void unproved(String address) {
    allIdentifying.incrementAndGet();
    identifying.add(address, Integer.MAX_VALUE);
  }

  /** The user was identified, or never will be. */
  public void identified(String address) {
    allIdentifying.decrementAndGet();
    identifying.remove(address);
  }

  /**
   * Counts a failed login.
   *
   * @param from the client's address, or {@link #user}
   */
  public void loginFailed(String from, long now) {
    failedLogins.charge(from, 1, now);
  }

  /** Returns null if another login may be tried. */
  public @Nullable Refusal locked(String from, long now) {
    return refusal(Limit.FAILED_LOGINS, failedLogins.waitFor(from, now));
  }

  /** Returns the key of a user, which no address equals. */
  public static String user(String name) {
    return "user " + name;
  }

  private static @Nullable Refusal refusal(Limit limit, long wait) {
    return wait == 0 ? null : new Refusal(limit, 429, wait);
  }
}
