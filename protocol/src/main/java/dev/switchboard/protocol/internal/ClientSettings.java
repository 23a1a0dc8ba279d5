package dev.switchboard.protocol.internal;

import org.jspecify.annotations.Nullable;

/**
 * The numbers of a client. Times in milliseconds. Immutable.
 *
 * @param backoff how it comes back
 * @param welcomeTimeout from the open socket to the server's first word
 * @param requestTimeout for everything that is answered, but for publications
 * @param heartbeat null for none
 * @param queueMessages how many questions may be without an answer
 * @param queueBytes how many bytes of JSON may be without an answer
 * @param windowMessages how many of those may be on the way at once
 * @param windowBytes how many bytes of those may be on the way at once
 */
public record ClientSettings(
    ClientBackoff backoff,
    long welcomeTimeout,
    long requestTimeout,
    @Nullable Heartbeat heartbeat,
    int queueMessages,
    long queueBytes,
    int windowMessages,
    long windowBytes) {

  /**
   * When to ask whether the other side is there.
   *
   * @param interval after so much silence
   * @param timeout so long to answer
   * @param message whether to ask with a {@code ping} message instead of a ping frame
   */
  public record Heartbeat(long interval, long timeout, boolean message) {}

  /** Every default. */
  public static final ClientSettings DEFAULT =
      new ClientSettings(
          new ClientBackoff(1_000, 30_000, true, Integer.MAX_VALUE),
          10_000,
          10_000,
          new Heartbeat(25_000, 10_000, false),
          10_000,
          16L << 20,
          1_024,
          512L << 10);
}
