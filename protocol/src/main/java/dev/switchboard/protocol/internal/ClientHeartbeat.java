package dev.switchboard.protocol.internal;

import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the other side is still there ({@code spec/protocol.md#10-liveness}). Confined
 * to the session's thread.
 */
final class ClientHeartbeat {
  private final ClientSettings.@Nullable Heartbeat settings;
  private long heardAt;
  private long askedAt = -1;
  private boolean waiting;

  /** What is to be done now. */
  enum Due {
    NOTHING,
    ASK,
    GIVE_UP
  }

  ClientHeartbeat(ClientSettings.@Nullable Heartbeat settings) {
    this.settings = settings;
  }

  void start(long now) {
    heardAt = now;
    askedAt = -1;
    waiting = false;
  }

  /** Anything came. */
  void heard(long now) {
    heardAt = now;
    waiting = false;
  }

  /** The answer to a ping came: its round trip, or -1 if none was asked for. */
  long answered(long now) {
    long roundTrip = askedAt < 0 ? -1 : now - askedAt;
    askedAt = -1;
    heard(now);
    return roundTrip;
  }

  Due due(long now) {
    if (settings == null || now < wakeAt()) {
      return Due.NOTHING;
    }
    if (waiting) {
      return Due.GIVE_UP;
    }
    waiting = true;
    askedAt = now;
    return Due.ASK;
  }

  boolean asksByMessage() {
    return settings != null && settings.message();
  }

  long wakeAt() {
    if (settings == null) {
      return ClientQuestions.NEVER;
    }
    return waiting ? askedAt + settings.timeout() : heardAt + settings.interval();
  }
}
