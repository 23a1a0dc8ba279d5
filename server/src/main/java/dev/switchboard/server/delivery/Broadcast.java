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
 * One message on its way to many connections, and what is done with it for those that are too slow.
 * It is written and framed once in each encoding that one of them reads, by the first loop that
 * comes to it, and released when the last group has dealt with it.
 */
public final class Broadcast {
  private final Draft draft;
  private final long seq;
  private final @Nullable String withoutSession;
  private final @Nullable String withoutUser;
  private final FleetingPolicies.Policy policy;
  private final @Nullable Supplier<?> keyed;
  private final AtomicInteger groups;
  private volatile @Nullable Object key; // written under this
  private volatile @Nullable Prepared text; // written under this
  private volatile @Nullable Prepared binary; // written under this

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

  /** A published message. */
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
   * Something that is in no log. Whoever is slow gets the newest of each key.
   *
   * @param key what it is about; null if it replaces nothing
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
      framed = PreparedMessages.binary(message);
      binary = framed;
    } else {
      framed = PreparedMessages.text(message);
      text = framed;
    }
    return framed;
  }

  /** 0 for what is in no log. */
  long seq() {
    return seq;
  }

  FleetingPolicies.Policy policy() {
    return policy;
  }

  /** What it is about: one with the same key takes its place. Found by the first who asks. */
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
