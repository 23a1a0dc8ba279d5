package dev.switchboard.protocol.client;

import org.jspecify.annotations.Nullable;

/**
 * The numbers of a client. Times in milliseconds. Immutable.
 *
 * @param backoff how it comes back
 * @param welcomeTimeout from the open socket to the server's first word
 * @param requestTimeout for everything that is answered, but for publications
 * @param heartbeat null for none
 * @param queue what may wait for an answer, and how it leaves
 * @param windowMessages how many of those may be on the way at once
 * @param windowBytes how many bytes of those may be on the way at once
 */
public record Settings(
    Backoff backoff,
    long welcomeTimeout,
    long requestTimeout,
    @Nullable Heartbeat heartbeat,
    Queue queue,
    int windowMessages,
    long windowBytes) {

  /**
   * When to ask whether the other side is there.
   *
   * @param interval after so much silence
   * @param timeout so long to answer
   * @param message whether to ask with a {@code ping} message instead of a ping frame
   * @param words what to ask a server with that is not ours, if with a message
   */
  public record Heartbeat(long interval, long timeout, boolean message, String words) {

    /** For a server of ours. */
    public Heartbeat(long interval, long timeout, boolean message) {
      this(interval, timeout, message, "");
    }
  }

  /**
   * What may be without an answer, waiting or on the way.
   *
   * @param messages at most so many
   * @param bytes at most so many bytes of JSON together
   * @param age so long a message may wait to be sent; {@code Long.MAX_VALUE} for ever
   * @param whenFull what becomes of one that does not fit
   * @param batch so many leave together; 1 for each at once
   * @param batchInterval but none waits longer than this for the others
   */
  public record Queue(
      int messages, long bytes, long age, WhenFull whenFull, int batch, long batchInterval) {

    /** Every default. */
    public static final Queue DEFAULT =
        new Queue(10_000, 16L << 20, Long.MAX_VALUE, WhenFull.REFUSE, 1, 0);

    /** The same with other bounds. */
    public Queue withBounds(int messages, long bytes) {
      return new Queue(messages, bytes, age, whenFull, batch, batchInterval);
    }
  }

  /** Which message goes when there is one too many. Only one that was never sent can. */
  public enum WhenFull {
    /** The new one. */
    REFUSE,
    /** The one that waits longest. */
    DROP_OLDEST,
    /** The last one before the new one. */
    DROP_NEWEST
  }

  /** Every default. */
  public static final Settings DEFAULT =
      new Settings(
          new Backoff(1_000, 30_000, true, Integer.MAX_VALUE),
          10_000,
          10_000,
          new Heartbeat(25_000, 10_000, false),
          Queue.DEFAULT,
          1_024,
          512L << 10);
}
