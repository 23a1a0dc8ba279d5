package dev.switchboard.server.limits;

import org.jspecify.annotations.Nullable;

/**
 * How much one connection may still send: messages, bytes, and requests by their cost. A client
 * that keeps sending until as many messages as it may send at once were refused, or a thousand, is
 * not going to stop. Confined to the connection's loop; time is an argument, in milliseconds.
 */
public final class Allowance {
  private static final int MOST_REFUSED = 1_000;

  private final @Nullable Bucket messages; // null for no limit, as the others
  private final @Nullable Bucket bytes;
  private final @Nullable Bucket requests;
  private final long patience;
  private long refused; // how many messages were refused more than were taken since

  private Allowance(Rates rates, long now) {
    this.messages = bucket(rates.messages(), now);
    this.bytes = bucket(rates.bytes(), now);
    this.requests = bucket(rates.requests(), now);
    this.patience =
        rates.messages() == null ? MOST_REFUSED : Math.min(MOST_REFUSED, rates.messages().tokens());
  }

  private static @Nullable Bucket bucket(@Nullable Rate rate, long now) {
    return rate == null ? null : new Bucket(rate, now);
  }

  /** Returns an unused allowance, or null if nothing is limited. */
  public static @Nullable Allowance of(Rates rates, long now) {
    return rates.messages() == null && rates.bytes() == null && rates.requests() == null
        ? null
        : new Allowance(rates, now);
  }

  /**
   * Takes a message of so many bytes.
   *
   * @return 0 if it may come; otherwise the milliseconds until it may
   */
  public long message(int size, long now) {
    long wait = take(messages, 1, now);
    return counted(wait > 0 ? wait : take(bytes, size, now));
  }

  /**
   * Takes a request, whose message was taken.
   *
   * @return 0 if it may be answered; otherwise the milliseconds until it may
   */
  public long request(int cost, long now) {
    long wait = take(requests, cost, now);
    return wait == 0 ? 0 : counted(wait);
  }

  private static long take(@Nullable Bucket bucket, int cost, long now) {
    return bucket == null ? 0 : bucket.take(cost, now);
  }

  private long counted(long wait) {
    if (wait > 0) {
      refused++;
    } else if (refused > 0) {
      refused--;
    }
    return wait;
  }

  /** Charges additional messages for the one that was taken. */
  public void charge(int more) {
    if (messages != null) {
      messages.charge(more);
    }
  }

  /** Whether too many messages were refused to expect that the client will stop. */
  public boolean hopeless() {
    return refused > patience;
  }
}
