package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Entry;
import org.jspecify.annotations.Nullable;

/** What becomes of fleeting messages for a connection that is too slow to take all. Thread-safe. */
public interface FleetingPolicies {
  /** What is done with one of them. */
  enum Policy {
    /** It is dropped. */
    DROP,
    /** It waits, and takes the place of one that has waited with the same key. */
    NEWEST,
    /** The connection is closed with 4008. */
    CLOSE
  }

  /** What a message replaces, and is replaced by. */
  record Key(Object log, String type, @Nullable Object by) {}

  /** The policy for messages of a type. */
  Policy policy(String type);

  /** The key of a message whose policy is {@link Policy#NEWEST}. */
  Key key(Entry entry);
}
