package dev.switchboard.history.jdbc;

import java.security.SecureRandom;

/** Names for the life of a store. */
final class Epochs {
  private Epochs() {}

  static String random() {
    return Long.toString(new SecureRandom().nextLong() >>> 4, Character.MAX_RADIX);
  }
}
