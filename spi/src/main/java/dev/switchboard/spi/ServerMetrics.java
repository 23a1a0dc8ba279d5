package dev.switchboard.spi;

import dev.switchboard.protocol.ErrorCode;
import java.time.Duration;

/**
 * Callbacks for server metrics. Each method does nothing by default, so implement only those you
 * need. {@code path} is the endpoint's path as it was defined ({@code /rooms/{id}}), so it has few
 * distinct values.
 *
 * <p>Implementations must be thread-safe: methods are called on event loops and other threads, also
 * concurrently. They must not block, call back into the server, or throw. A server without metrics
 * has no overhead for them.
 */
public interface ServerMetrics {
  /** A connection was upgraded. */
  default void connectionOpened(String path) {}

  /**
   * A connection has ended. Called once for each opened connection, with the code that close
   * handlers get.
   */
  default void connectionClosed(String path, int code) {}

  /**
   * An upgrade was refused with this HTTP status. Not called for connections that exceed {@code
   * maxConnections} by more than 256: those are closed before their request is read.
   */
  default void upgradeRefused(String path, int status) {}

  /** A message was received from a client. Counts the payload's bytes after decompression. */
  default void received(String path, int bytes) {}

  /**
   * A message for one client was handed to the transport. Counts the payload's bytes before
   * compression.
   */
  default void sent(String path, int bytes) {}

  /** An {@code error} was sent to a client. */
  default void errorSent(String path, ErrorCode code) {}

  /** A client's message was published to this number of logs. */
  default void published(String path, int logs) {}

  /**
   * A published message, or a notice that a user joined or left, was sent to one reader of its log.
   * It is also counted as sent.
   */
  default void delivered(String path) {}

  /** A reader did not keep up. */
  default void slowReader(String path, SlowReader what) {}

  /**
   * A handler has not returned within the endpoint's {@code stuckAfter}. Called once for each
   * handler call.
   */
  default void handlerStuck(String path) {}

  /** A handler that was reported as stuck has returned after this long. */
  default void handlerReturned(String path, Duration after) {}

  /** A limit was reached: something was refused, closed or paused because of it. */
  default void limitReached(String path, Limit limit) {}

  /** A bind code was issued or used. */
  default void bindCode(String path, BindCodeEvent what) {}

  /** What happened to a bind code. */
  enum BindCodeEvent {
    /** A user was given a code. */
    ISSUED,
    /** A client connected with a code, which is used up now. */
    TAKEN,
    /** A client showed a code that was guessed, used before, or expired. */
    REFUSED
  }

  /** What happened to a message or a connection because its reader was too slow. */
  enum SlowReader {
    /** A fleeting message was dropped. */
    DROPPED,
    /** A fleeting message, or a notice that a user joined or left, waits for the reader. */
    HELD,
    /**
     * A message waits for the reader; an earlier one with the same key was dropped in its favor.
     */
    REPLACED,
    /** The reader stopped following the live stream and reads on from the log. */
    BEHIND,
    /** The connection was closed with code 4008. */
    CLOSED
  }
}
