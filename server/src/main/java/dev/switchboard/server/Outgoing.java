package dev.switchboard.server;

import dev.switchboard.transport.Prepared;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to many connections, framed once and released when the last group has
 * dealt with it.
 */
final class Outgoing {
  private final Prepared prepared;
  private final long seq;
  private final @Nullable String withoutSession;
  private final @Nullable String withoutUser;
  private final AtomicInteger groups;

  Outgoing(
      Prepared prepared,
      long seq,
      @Nullable String withoutSession,
      @Nullable String withoutUser,
      int groups) {
    this.prepared = prepared;
    this.seq = seq;
    this.withoutSession = withoutSession;
    this.withoutUser = withoutUser;
    this.groups = new AtomicInteger(groups);
  }

  Prepared prepared() {
    return prepared;
  }

  /** 0 for what is in no log. */
  long seq() {
    return seq;
  }

  boolean isFor(Session session) {
    return !session.id().equals(withoutSession) && !session.user().equals(withoutUser);
  }

  void done() {
    if (groups.decrementAndGet() == 0) {
      prepared.release();
    }
  }
}
