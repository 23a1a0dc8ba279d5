package dev.switchboard.server.limits;

import java.time.Duration;

/**
 * How many messages one connection may send: a bucket that holds so many and fills evenly (a token
 * bucket). A client that goes on for as many again as it holds, though each was refused, is not
 * going to stop. Confined to the connection's loop; time is an argument.
 */
public final class Allowance {
  private final Rate rate;
  private double tokens;
  private long at;
  private int refused;

  /** So many messages in a time; as many may come at once. */
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

  public Allowance(Rate rate, long now) {
    this.rate = rate;
    this.tokens = rate.messages;
    this.at = now;
  }

  /** Whether one more message may come now. */
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

  /** What was taken counts for so many more; the next ones wait until that is made up for. */
  public void charge(int more) {
    tokens -= more;
  }

  /** Milliseconds until one more may come. */
  public long retryAfter() {
    return (long) Math.ceil(Math.max(0, 1 - tokens) / rate.perMilli());
  }

  /** Whether it has been refused too often. */
  public boolean hopeless() {
    return refused > rate.messages;
  }
}
