package dev.switchboard.spi;

/** An endpoint's limits, as reported by {@link ServerMetrics#limitReached}. */
public enum Limit {
  /** Total connections. The upgrade is refused with HTTP 503. */
  CONNECTIONS,
  /** Connections of one user. The upgrade is refused with HTTP 429. */
  USER_CONNECTIONS,
  /** Connections from one IP address. The upgrade is refused with HTTP 429. */
  ADDRESS_CONNECTIONS,
  /** Rate of upgrades from one IP address. The upgrade is refused with HTTP 429. */
  CONNECTS,
  /**
   * Upgrades whose users are being identified, of one IP address or in total. The upgrade is
   * refused with HTTP 429 or 503.
   */
  UPGRADES,
  /**
   * Rate of failed logins from one IP address, or for one user. The upgrade is refused with HTTP
   * 429, {@code authenticate} with {@code auth_failed}.
   */
  FAILED_LOGINS,
  /** Rooms of one session. The join is refused with {@code conflict}. */
  SESSION_ROOMS,
  /** Total rooms. The join is refused with {@code unavailable}. */
  ROOMS,
  /**
   * Rate of messages, or of their bytes, of one connection. Messages are refused with {@code
   * rate_limited}; if the client does not slow down, the connection is closed with 4029.
   */
  RATE,
  /** Rate of requests, by their cost, of one connection. Otherwise like {@link #RATE}. */
  REQUEST_RATE,
  /**
   * Rate of bytes that one user publishes to logs. Messages are refused with {@code rate_limited}.
   */
  USER_BYTES,
  /** Rate of bind codes that one user asks for. The request is refused with HTTP 429. */
  BIND_CODES,
  /** Size of a message. The connection is closed with 1009. */
  MESSAGE_BYTES,
  /** Time without a message. The connection is closed. */
  IDLE,
  /** Publishes of one connection that are not committed yet. Reading from the connection pauses. */
  COMMITS_WAITING,
  /** Joins of one connection that wait for the log. Reading from the connection pauses. */
  JOINS_WAITING,
  /** Pages of history that one connection waits for. Reading from the connection pauses. */
  READS_WAITING,
  /** Messages of one connection that wait for its handlers. Reading from the connection pauses. */
  HANDLERS_WAITING,
  /**
   * Bytes not yet written to one connection. The connection is closed with 4008, or a send is
   * refused.
   */
  PENDING_BYTES
}
