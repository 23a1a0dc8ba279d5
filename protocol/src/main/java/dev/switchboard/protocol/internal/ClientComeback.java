package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.CloseCode;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the attempts to come back and says how long to wait before each: as long as the server
 * asked for, otherwise as the policy draws. Confined to the session's thread.
 */
final class ClientComeback {
  private static final Pattern RETRY_AFTER = Pattern.compile("retryAfter\\D{0,3}(\\d{1,9})");

  private final ClientBackoff policy;
  private final DoubleSupplier draws;
  private int attempt;
  private long asked = -1;

  ClientComeback(ClientBackoff policy, DoubleSupplier draws) {
    this.policy = policy;
    this.draws = draws;
  }

  /** The present attempt; 0 if it is none. */
  int attempt() {
    return attempt;
  }

  /** The user connects, or the session is open: counting begins anew. */
  void reset() {
    attempt = 0;
  }

  int next() {
    return ++attempt;
  }

  /** Whether an attempt that failed is to be followed by another. */
  boolean another() {
    return attempt < policy.maxAttempts();
  }

  /** Whether an attempt to connect is, that was the user's own. */
  boolean anotherFirst() {
    return policy.fromStart() && another();
  }

  /** The server asks to wait so many milliseconds; below 0 it does not. */
  void ask(long millis) {
    if (millis >= 0) {
      asked = millis;
    }
  }

  /** The server closed; the reason of a 4029 may say how long to wait. */
  void closed(int code, String reason) {
    Matcher found = RETRY_AFTER.matcher(reason);
    if (code == CloseCode.RATE_LIMITED.code() && found.find()) {
      ask(Long.parseLong(found.group(1)));
    }
  }

  /** How long to wait before the next attempt. */
  long delay() {
    long millis = asked >= 0 ? asked : policy.delay(attempt + 1, draws.getAsDouble());
    asked = -1;
    return millis;
  }
}
