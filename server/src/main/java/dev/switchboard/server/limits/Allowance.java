package dev.switchboard.server.limits;

import java.time.Duration;

/**
 * The message rate limit of one connection: a token bucket that fills evenly. A client that keeps
 * sending until as many messages as the bucket holds were refused is not going to stop. Confined to
 * the connection's loop; time is an argument.
 */
public final class Allowance {
  private final Rate rate;
  private double tokens; // how many messages may come now; negative after charge()
  private long at; // when the tokens were last counted
  private int refused; // how many messages were refused more than were taken since

  /** A number of messages per time. As many may come at once. */
  public record Rate(int messages, Duration per) {
    public Rate {
      if (messages < 1 || per.isNegative() || per.isZero()) {
        throw new IllegalArgumentException(
            "rate: " + messages + " per " + per + " (expected: at least 1 per positive time)");
      }
    }

    double perMilli() {
      return (double) messages / Math.max(1, per.toMillis());
    }
  }

  /** Creates a full bucket. */
  public Allowance(Rate rate, long now) {
    this.rate = rate;
    this.tokens = rate.messages;
    this.at = now;
  }

  /** Takes one message. Returns whether it may come now. */
  public boolean take(long now) {
    tokens = Math.min(rate.messages, tokens + (now - at) * rate.perMilli());
    at = now;
    if (tokens >= 1) {
      tokens--;
      refused = Math.max(0, refused - 1);
      return true;
    }
    refused++;
    return false;
  }

  /**
   * Charges additional messages for the one that was taken. The next ones wait until that is made
   * up for.
   */
  public void charge(int more) {
    tokens -= more;
  }

  /** Returns the milliseconds until one more message may come. */
  public long retryAfter() {
    return (long) Math.ceil(Math.max(0, 1 - tokens) / rate.perMilli());
  }

  /** Whether too many messages were refused to expect that the client will stop. */
  public boolean hopeless() {
    return refused > rate.messages;
  }
}
