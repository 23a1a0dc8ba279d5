package dev.switchboard.history.sql;

import java.security.SecureRandom;

/** Creates epochs, which identify one incarnation of a store. */
public final class Epochs {
  private Epochs() {}

  public static String random() {
    return Long.toString(new SecureRandom().nextLong() >>> 4, Character.MAX_RADIX);
  }
}
