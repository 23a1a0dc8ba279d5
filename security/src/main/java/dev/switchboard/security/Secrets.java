package dev.switchboard.security;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** What a secret must be to sign tokens: long, and not one that anybody would try. Stateless. */
final class Secrets {
  /** As long as the hash (RFC 7518 §3.2). */
  static final int MIN_BYTES = 32;

  private static final String EXPECTED =
      " (expected: at least 32 random bytes; make them with: openssl rand -hex 32)";
  private static final int MIN_DIFFERENT = 8;

  /** From documentation, and from what people write until they have something better. */
  private static final List<String> KNOWN =
      List.of(
          "your-256-bit-secret",
          "your-384-bit-secret",
          "your-512-bit-secret",
          "a-string-secret-at-least-256-bits-long",
          "changeme",
          "change-me",
          "change_me",
          "change this");

  private Secrets() {}

  /**
   * Returns the secret if it is fit.
   *
   * @param what what is checked, for the message
   * @throws IllegalArgumentException if it is not; the message does not show it
   */
  static byte[] require(String what, byte[] secret) {
    if (secret.length < MIN_BYTES) {
      throw new IllegalArgumentException(what + ": " + secret.length + " bytes" + EXPECTED);
    }
    if (known(secret)) {
      throw new IllegalArgumentException(what + ": holds a secret from examples" + EXPECTED);
    }
    if (different(secret) < MIN_DIFFERENT || repeats(secret) || counts(secret)) {
      throw new IllegalArgumentException(what + ": easy to guess" + EXPECTED);
    }
    return secret;
  }

  private static boolean known(byte[] secret) {
    String text = new String(secret, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return KNOWN.stream().anyMatch(text::contains);
  }

  private static int different(byte[] secret) {
    boolean[] seen = new boolean[256];
    int different = 0;
    for (byte each : secret) {
      different += seen[each & 0xff] ? 0 : 1;
      seen[each & 0xff] = true;
    }
    return different;
  }

  /** Whether it is a shorter text, again and again. */
  private static boolean repeats(byte[] secret) {
    for (int period = 1; period <= secret.length / 2; period++) {
      int at = period;
      while (at < secret.length && secret[at] == secret[at - period]) {
        at++;
      }
      if (at == secret.length) {
        return true;
      }
    }
    return false;
  }

  /** Whether most bytes are neighbours of the ones before, as in "abcdefgh" and "87654321". */
  private static boolean counts(byte[] secret) {
    int near = 0;
    for (int i = 1; i < secret.length; i++) {
      near += Math.abs(secret[i] - secret[i - 1]) <= 1 ? 1 : 0;
    }
    return near > secret.length * 3 / 4;
  }
}
