package dev.switchboard.server;

import dev.switchboard.protocol.internal.Draft;
import dev.switchboard.protocol.internal.Encoding;
import dev.switchboard.transport.Prepared;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to many connections. It is written and framed once in each encoding that
 * one of them reads, by the first loop that comes to it, and released when the last group has dealt
 * with it.
 */
final class Outgoing {
  private final Draft draft;
  private final long seq;
  private final @Nullable String withoutSession;
  private final @Nullable String withoutUser;
  private final AtomicInteger groups;
  private volatile @Nullable Prepared text; // written under this
  private volatile @Nullable Prepared binary; // written under this

  Outgoing(
      Draft draft,
      long seq,
      @Nullable String withoutSession,
      @Nullable String withoutUser,
      int groups) {
    this.draft = draft;
    this.seq = seq;
    this.withoutSession = withoutSession;
    this.withoutUser = withoutUser;
    this.groups = new AtomicInteger(groups);
  }

  /** The frame. For groups that are not {@link #done}. */
  Prepared prepared(Encoding encoding) {
    Prepared framed = encoding.binary() ? binary : text;
    return framed == null ? frame(encoding) : framed;
  }

  private synchronized Prepared frame(Encoding encoding) {
    Prepared framed = encoding.binary() ? binary : text;
    if (framed != null) {
      return framed;
    }
    byte[] message = encoding.write(draft);
    if (encoding.binary()) {
      framed = Prepared.binary(message);
      binary = framed;
    } else {
      framed = Prepared.text(message);
      text = framed;
    }
    return framed;
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
      release(text);
      release(binary);
    }
  }

  private static void release(@Nullable Prepared framed) {
    if (framed != null) {
      framed.release();
    }
  }
}
