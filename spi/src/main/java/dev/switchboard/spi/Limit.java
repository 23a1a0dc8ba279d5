package dev.switchboard.spi;

/** The limits of an endpoint, as {@link ServerMetrics#limitReached} tells them. */
public enum Limit {
  /** Connections in all: HTTP 503. */
  CONNECTIONS,
  /** Connections of one user: HTTP 429. */
  USER_CONNECTIONS,
  /** Connections from one address: HTTP 429. */
  ADDRESS_CONNECTIONS,
  /** Rooms of one session: {@code conflict}. */
  SESSION_ROOMS,
  /** Rooms in all: {@code unavailable}. */
  ROOMS,
  /** Messages of one connection in a time: {@code rate_limited}, at last close code 4029. */
  RATE,
  /** Bytes that one user publishes to logs in a time: {@code rate_limited}. */
  USER_BYTES,
  /** Bytes of a message: close code 1009. */
  MESSAGE_BYTES,
  /** Time without a message: the connection is closed. */
  IDLE,
  /** Publishes of one connection that wait for the log: reading from it pauses. */
  COMMITS_WAITING,
  /** Joins of one connection that wait for the log: reading from it pauses. */
  JOINS_WAITING,
  /** Pages of history that one connection waits for: reading from it pauses. */
  READS_WAITING,
  /** Messages of one connection that wait for its handlers: reading from it pauses. */
  HANDLERS_WAITING,
  /** Bytes that wait to be written to one connection: 4008, or a send is refused. */
  PENDING_BYTES
}
