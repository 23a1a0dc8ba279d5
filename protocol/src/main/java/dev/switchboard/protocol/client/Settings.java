package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Defaults;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a client. Times are in milliseconds. Immutable.
 *
 * @param backoff the delays between reconnect attempts
 * @param welcomeTimeout from opening the socket to the server's first message
 * @param requestTimeout the timeout of everything that is answered, except publications
 * @param heartbeat when to ping; null for never
 * @param queue what may be unanswered, and how it leaves
 * @param window how many unanswered messages may be on the way
 * @param protocol the hash of the client's types, to compare with the server's; null if not known
 */
public record Settings(
    Backoff backoff,
    long welcomeTimeout,
    long requestTimeout,
    @Nullable Heartbeat heartbeat,
    Queue queue,
    Window window,
    @Nullable String protocol) {

  /** Creates the settings of a client that does not know the hash of its types. */
  public Settings(
      Backoff backoff,
      long welcomeTimeout,
      long requestTimeout,
      @Nullable Heartbeat heartbeat,
      Queue queue,
      int windowMessages,
      long windowBytes) {
    this(
        backoff,
        welcomeTimeout,
        requestTimeout,
        heartbeat,
        queue,
        new Window(windowMessages, windowBytes),
        null);
  }

  /** Returns a copy with the hash of the client's types. */
  public Settings withProtocol(@Nullable String hash) {
    return new Settings(backoff, welcomeTimeout, requestTimeout, heartbeat, queue, window, hash);
  }

  /** The bounds on unanswered messages on the way. */
  public record Window(int messages, long bytes) {}

  /**
   * When to check that the other side is alive.
   *
   * @param interval the silence after which to ping
   * @param timeout the time to answer
   * @param message whether to ping with a {@code ping} message instead of a ping frame
   * @param words the text that pings a server other than Switchboard, if with a message
   */
  public record Heartbeat(long interval, long timeout, boolean message, String words) {

    /** Creates the settings for a Switchboard server. */
    public Heartbeat(long interval, long timeout, boolean message) {
      this(interval, timeout, message, "");
    }
  }

  /**
   * The bounds on unanswered messages, waiting or on the way.
   *
   * @param messages the maximum number
   * @param bytes the maximum size in bytes of JSON
   * @param age how long a message may wait to be sent; {@code Long.MAX_VALUE} for ever
   * @param whenFull what to drop if a message does not fit
   * @param batch how many messages leave together; 1 sends each at once
   * @param batchInterval how long a message waits at most for a batch to fill
   */
  public record Queue(
      int messages, long bytes, long age, WhenFull whenFull, int batch, long batchInterval) {

    /** The default bounds. */
    public static final Queue DEFAULT =
        new Queue(10_000, 16L << 20, Long.MAX_VALUE, WhenFull.REFUSE, 1, 0);

    /** Returns a copy with other bounds. */
    public Queue withBounds(int messages, long bytes) {
      return new Queue(messages, bytes, age, whenFull, batch, batchInterval);
    }
  }

  /**
   * Which message to drop if the queue is full. Only messages that were never sent can be dropped.
   */
  public enum WhenFull {
    /** The new message. */
    REFUSE,
    /** The message that has waited longest. */
    DROP_OLDEST,
    /** The last message before the new one. */
    DROP_NEWEST
  }

  /** The default settings. */
  public static final Settings DEFAULT =
      new Settings(
          Backoff.DEFAULT,
          10_000,
          10_000,
          new Heartbeat(Defaults.HEARTBEAT_INTERVAL, Defaults.HEARTBEAT_TIMEOUT, false),
          Queue.DEFAULT,
          1_024,
          512L << 10);
}
