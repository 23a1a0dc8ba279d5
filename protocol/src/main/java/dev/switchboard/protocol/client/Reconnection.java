package dev.switchboard.protocol.client;

import dev.switchboard.protocol.CloseCode;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the attempts to come back and says how long to wait before each: as long as the server
 * asked for, and what the policy draws on top ({@code spec/protocol.md#11-closing}). Confined to
 * the session's thread.
 *
 * <p>A server that opens a session and soon closes it again, because of what the client has missed
 * or does, would do so each time. The delays go on growing over such connections.
 */
final class Reconnection {
  private static final Pattern RETRY_AFTER = Pattern.compile("retryAfter\\W{0,5}(\\d{1,9})");

  /** A connection that was open for so long was one, whatever ended it. */
  private static final long SETTLED = 10_000;

  private final Backoff policy;
  private final DoubleSupplier draws;
  private int attempt;

  /** Attempts since the last connection that settled; with it the delays grow. */
  private int unsettled;

  private long asked;
  private long openedAt = Questions.NEVER;

  Reconnection(Backoff policy, DoubleSupplier draws) {
    this.policy = policy;
    this.draws = draws;
  }

  /** The present attempt; 0 if it is none. */
  int attempt() {
    return attempt;
  }

  /** The user connects: counting begins anew. */
  void reset() {
    attempt = 0;
    unsettled = 0;
    asked = 0;
    openedAt = Questions.NEVER;
  }

  int next() {
    asked = 0;
    unsettled++;
    return ++attempt;
  }

  /** The session is open. */
  void opened(long now) {
    attempt = 0;
    openedAt = now;
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
    asked = Math.max(asked, millis);
  }

  /** The server closed; the reason may say how long to wait. */
  void closed(long now, int code, String reason) {
    if (openedAt != Questions.NEVER && !(turnedAway(code) && now - openedAt < SETTLED)) {
      unsettled = 0;
    }
    openedAt = Questions.NEVER;
    Matcher found = RETRY_AFTER.matcher(reason);
    if (mayAsk(code) && found.find()) {
      ask(Long.parseLong(found.group(1)));
    }
  }

  /** Whether the server ended the connection for what is likely to be so on the next one, too. */
  private static boolean turnedAway(int code) {
    return code == CloseCode.INTERNAL_ERROR.code()
        || code == CloseCode.TRY_AGAIN_LATER.code()
        || (code >= 4000 && code <= 4499);
  }

  private static boolean mayAsk(int code) {
    return code == CloseCode.RATE_LIMITED.code() || code == CloseCode.TRY_AGAIN_LATER.code();
  }

  /** How long to wait before the next attempt. */
  long delay() {
    return policy.delay(unsettled + 1, draws.getAsDouble(), asked);
  }
}
