package dev.switchboard.cluster.redis;

import org.jspecify.annotations.Nullable;

/** A call to Redis failed. The message is one line for the log, without an address or a secret. */
final class RedisFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What failed, and thereby whether the call may have had an effect. */
  enum Kind {
    /** Redis answered with an error. There was no effect. */
    REFUSED,
    /** There is no connection. There was no effect. */
    AWAY,
    /** The connection was lost before the answer. */
    LOST,
    /** There was no answer in time, or not from enough replicas. */
    SILENT
  }

  private final Kind kind;

  RedisFailure(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** Returns whether Redis answered with an error that begins with this code. */
  boolean isRefusal(String code) {
    return kind == Kind.REFUSED && String.valueOf(getMessage()).startsWith(code);
  }
}
