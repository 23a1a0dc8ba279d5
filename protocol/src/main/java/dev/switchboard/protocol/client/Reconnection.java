package dev.switchboard.protocol.client;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.Limits;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts reconnect attempts and returns the delay before each: as long as the server asked for,
 * plus what the policy draws ({@code spec/protocol.md#11-closing}). Confined to the session's
 * thread.
 *
 * <p>Some servers open a session and soon close it again because of what the client has missed or
 * does. That would repeat each time, so a connection counts as a success only once it has been open
 * for {@code SETTLED}, or was closed for an unrelated reason. Until then the delays keep growing.
 */
final class Reconnection {
  private static final Pattern RETRY_AFTER = Pattern.compile("retryAfter\\W{0,5}(\\d{1,9})");

  private final Backoff policy;
  private final DoubleSupplier draws;
  private int attempt; // the current reconnect attempt; 0 if there is none

  /** Attempts since the last connection that was a success; the delays grow with it. */
  private int unsettled;

  private long asked; // how long the server asked to wait before the next attempt, in ms
  private long openedAt = Questions.NEVER; // when the session opened; NEVER if it is not open

  Reconnection(Backoff policy, DoubleSupplier draws) {
    this.policy = policy;
    this.draws = draws;
  }

  /** Returns the current reconnect attempt; 0 if there is none. */
  int attempt() {
    return attempt;
  }

  /** The user connects: counting starts over. */
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

  /** Whether a failed attempt is followed by another. */
  boolean another() {
    return attempt < policy.maxAttempts();
  }

  /** Whether a failed attempt that the user started is followed by another. */
  boolean anotherFirst() {
    return policy.fromStart() && another();
  }

  /** The server asks to wait for this many milliseconds; a negative value means that it did not. */
  void ask(long millis) {
    asked = Math.max(asked, millis);
  }

  /** The connection was closed; the reason may tell how long to wait. */
  void closed(long now, int code, String reason) {
    if (openedAt != Questions.NEVER
        && !(turnedAway(code) && now - openedAt < Limits.SETTLED_TIME)) {
      unsettled = 0;
    }
    openedAt = Questions.NEVER;
    Matcher found = RETRY_AFTER.matcher(reason);
    if (mayAsk(code) && found.find()) {
      ask(Long.parseLong(found.group(1)));
    }
  }

  /** Whether the server closed the connection for a reason that is likely to hold next time too. */
  private static boolean turnedAway(int code) {
    return code == CloseCode.INTERNAL_ERROR.code()
        || code == CloseCode.TRY_AGAIN_LATER.code()
        || code == CloseCode.NOT_AUTHENTICATED.code()
        || CloseCode.inReconnectRange(code);
  }

  private static boolean mayAsk(int code) {
    return code == CloseCode.RATE_LIMITED.code() || code == CloseCode.TRY_AGAIN_LATER.code();
  }

  /** Returns the delay before the next attempt, in milliseconds. */
  long delay() {
    return policy.delay(unsettled + 1, draws.getAsDouble(), asked);
  }
}
