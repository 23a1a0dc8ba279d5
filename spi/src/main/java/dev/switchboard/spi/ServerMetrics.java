package dev.switchboard.spi;

import dev.switchboard.protocol.ErrorCode;
import java.time.Duration;

/**
 * Told what a server does, to be counted: each method has an empty default, so bind those that you
 * want. {@code path} is the endpoint's as it was defined ({@code /rooms/{id}}), so there are few of
 * them.
 *
 * <p>Thread-safe; called on event loops and other threads, also at the same time: count and return.
 * It must not block, call back into the server, or throw. A server without metrics pays nothing.
 */
public interface ServerMetrics {
  /** A connection was upgraded. */
  default void connectionOpened(String path) {}

  /** A connection has ended; the code as close handlers get it. Once for each opened. */
  default void connectionClosed(String path, int code) {}

  /**
   * An upgrade was refused with that HTTP status. Not told of connections so far beyond {@code
   * maxConnections} (256) that they are cut before they have said what they want.
   */
  default void upgradeRefused(String path, int status) {}

  /** A message came from a client: its payload, inflated. */
  default void received(String path, int bytes) {}

  /** A message was handed to the transport for one client: its payload, before compression. */
  default void sent(String path, int bytes) {}

  /** A client was answered with an {@code error}. */
  default void errorSent(String path, ErrorCode code) {}

  /** A client's message was published to so many logs. */
  default void published(String path, int logs) {}

  /**
   * A published message, or the news that somebody came or left, was sent to one reader of its log;
   * it is counted as sent as well.
   */
  default void delivered(String path) {}

  /** A reader was too slow. */
  default void slowReader(String path, SlowReader what) {}

  /** A handler did not return within the endpoint's {@code stuckAfter}. Once for each call. */
  default void handlerStuck(String path) {}

  /** A handler that was stuck has returned. */
  default void handlerReturned(String path, Duration after) {}

  /** A limit was reached: something was refused, closed or paused for it. */
  default void limitReached(String path, Limit limit) {}

  /** What became of a message, or a connection, because its reader was too slow. */
  enum SlowReader {
    /** A fleeting message was dropped. */
    DROPPED,
    /** A fleeting message, or the news of somebody's coming or going, waits for the reader. */
    HELD,
    /** A message waits, and one of the same key that had waited is dropped for it. */
    REPLACED,
    /** Following the live stream stopped; it goes on from the log. */
    BEHIND,
    /** The connection was closed with 4008. */
    CLOSED
  }
}
