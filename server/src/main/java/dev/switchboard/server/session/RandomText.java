package dev.switchboard.server.session;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Makes texts that nobody can guess. Thread-safe. */
final class RandomText {
  private static final SecureRandom RANDOM = new SecureRandom();

  private RandomText() {}

  private static byte[] bytes(int number) {
    byte[] random = new byte[number];
    RANDOM.nextBytes(random);
    return random;
  }

  /** Returns so many random bytes in Base64 for URLs, without padding. */
  static String base64(int bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(bytes));
  }

  /** Returns so many random bytes in lower-case hexadecimal digits. */
  static String hex(int bytes) {
    return HexFormat.of().formatHex(bytes(bytes));
  }
}
