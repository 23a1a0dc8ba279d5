package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Entry;
import org.jspecify.annotations.Nullable;

/** What to do with fleeting messages for a connection that is too slow to take all. Thread-safe. */
public interface FleetingPolicies {
  /** What to do with one message. */
  enum Policy {
    /** Drop the message. */
    DROP,
    /** Hold the message until the connection takes it; it replaces one with the same key. */
    NEWEST,
    /** Close the connection with 4008. */
    CLOSE
  }

  /** Identifies messages that replace each other. */
  record Key(Object log, String type, @Nullable Object by) {}

  /** Returns the policy for messages of a type. */
  Policy policy(String type);

  /** Returns the key of a message whose policy is {@link Policy#NEWEST}. */
  Key key(Entry entry);
}
