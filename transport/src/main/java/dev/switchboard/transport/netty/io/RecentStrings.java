package dev.switchboard.transport.netty.io;

import org.jspecify.annotations.Nullable;

/**
 * Interns strings of recent requests, so that a value most clients send is kept once and not once
 * per connection. Bounded; only short strings are remembered. Confined to its loop.
 */
public final class RecentStrings {
  private static final int SLOTS = 256;
  private static final int LONGEST = 160;

  private final @Nullable String[] slots = new String[SLOTS];

  /** Returns a part of a text, possibly the same string that an earlier call returned. */
  public String cut(String text, int from, int to) {
    int length = to - from;
    if (length > LONGEST) {
      return text.substring(from, to);
    }
    int hash = length;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int slot = (hash ^ hash >>> 8 ^ hash >>> 16) & (SLOTS - 1);
    String known = slots[slot];
    if (known == null || known.length() != length || !text.startsWith(known, from)) {
      known = text.substring(from, to);
      slots[slot] = known;
    }
    return known;
  }
}
