package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.transport.Prepared;
import dev.switchboard.transport.netty.PreparedMessages;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to many connections, and the policy for those that are too slow. It is
 * encoded and framed once for each encoding that a reader uses, by the first loop that needs it,
 * and released when the last group is done with it.
 */
public final class Broadcast {
  private final Draft draft;
  private final long seq;
  private final @Nullable String withoutSession;
  private final @Nullable String withoutUser;
  private final FleetingPolicies.Policy policy;
  private final @Nullable Supplier<?> keyed;
  private final AtomicInteger groups;
  private volatile @Nullable Object key; // null until it is asked for; written under this
  private volatile @Nullable Prepared text; // the frame for text, once made; written under this
  private volatile @Nullable Prepared binary; // the binary frame, once made; written under this

  private Broadcast(
      Draft draft,
      long seq,
      @Nullable String withoutSession,
      @Nullable String withoutUser,
      FleetingPolicies.Policy policy,
      @Nullable Supplier<?> keyed,
      int groups) {
    this.draft = draft;
    this.policy = policy;
    this.keyed = keyed;
    this.seq = seq;
    this.withoutSession = withoutSession;
    this.withoutUser = withoutUser;
    this.groups = new AtomicInteger(groups);
  }

  /** Creates a broadcast of a published message. */
  static Broadcast entry(
      Entry entry, @Nullable String withoutSession, FleetingPolicies policies, int groups) {
    return new Broadcast(
        ServerMessages.entry(entry),
        entry.seq(),
        withoutSession,
        null,
        policies.policy(entry.type()),
        entry.fleeting() ? () -> policies.key(entry) : null,
        groups);
  }

  /**
   * Creates a broadcast that is in no log. A slow reader gets the latest one of each key.
   *
   * @param key what the notice is about; null if it replaces no other
   */
  public static Broadcast notice(
      Draft draft, @Nullable Object key, @Nullable String withoutUser, int groups) {
    return new Broadcast(
        draft,
        0,
        null,
        withoutUser,
        FleetingPolicies.Policy.NEWEST,
        key == null ? null : () -> key,
        groups);
  }

  /** Returns the frame in an encoding. Only for groups that are not {@link #done}. */
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
      framed = PreparedMessages.binary(message);
      binary = framed;
    } else {
      framed = PreparedMessages.text(message);
      text = framed;
    }
    return framed;
  }

  /** Returns the sequence number; 0 for a message that is in no log. */
  long seq() {
    return seq;
  }

  FleetingPolicies.Policy policy() {
    return policy;
  }

  /**
   * Returns the key; a later broadcast with the same key replaces this one. Computed once, by the
   * first caller.
   */
  Object key() {
    Object known = key;
    return known == null ? findKey() : known;
  }

  private synchronized Object findKey() {
    Object known = key;
    if (known == null) {
      known = keyed == null ? this : keyed.get();
      key = known;
    }
    return known;
  }

  boolean isFor(Receiver receiver) {
    return (withoutSession == null || !receiver.sessionId().equals(withoutSession))
        && (withoutUser == null || !receiver.user().equals(withoutUser));
  }

  /** Called by each group when it no longer needs the frames. The last call releases them. */
  public void done() {
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
