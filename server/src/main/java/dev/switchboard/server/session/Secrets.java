package dev.switchboard.server.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Makes texts that nobody can guess, and hashes of them. Thread-safe. */
final class Secrets {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Secrets() {}

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

  /** Returns the hash by which other servers know a secret. */
  static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
      throw new IllegalStateException(impossible);
    }
  }
}
