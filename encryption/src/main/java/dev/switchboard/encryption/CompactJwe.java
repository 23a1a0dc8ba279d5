package dev.switchboard.encryption;

import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.DecryptionException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The five parts of a JWE in compact form (RFC 7516 §7.1), still in base64url. Immutable.
 *
 * @param header the protected header, which is authenticated as it stands here
 */
record CompactJwe(String header, String key, String iv, String ciphertext, String tag) {
  /** No longer text is looked at: a message has at most 16 MiB of data. */
  static final int MAX_LENGTH = 16 * 1024 * 1024;

  private static final int KEY_BYTES = 40;
  private static final int IV_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  static CompactJwe parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new DecryptionException(
          Reason.TOO_LARGE, text.length() + " characters (expected: at most " + MAX_LENGTH + ")");
    }
    String[] parts = text.split("\\.", 6);
    if (parts.length != 5) {
      throw malformed("not five parts");
    }
    return new CompactJwe(parts[0], parts[1], parts[2], parts[3], parts[4]);
  }

  byte[] wrappedKey() {
    return exactly(KEY_BYTES, key, "encrypted key");
  }

  byte[] nonce() {
    return exactly(IV_BYTES, iv, "initialization vector");
  }

  /** The ciphertext with the tag behind it, as ciphers take it. */
  byte[] sealed() {
    byte[] sealing = exactly(TAG_BYTES, tag, "authentication tag");
    byte[] hidden = decode(ciphertext, "ciphertext");
    byte[] sealed = new byte[hidden.length + TAG_BYTES];
    System.arraycopy(hidden, 0, sealed, 0, hidden.length);
    System.arraycopy(sealing, 0, sealed, hidden.length, TAG_BYTES);
    return sealed;
  }

  private static byte[] exactly(int length, String part, String name) {
    byte[] bytes = decode(part, name);
    if (bytes.length != length) {
      throw malformed(name + " of " + bytes.length + " bytes (expected: " + length + ")");
    }
    return bytes;
  }

  static String encode(byte[] bytes, int from, int to) {
    return ENCODER.encodeToString(Arrays.copyOfRange(bytes, from, to));
  }

  static String encode(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }

  /**
   * Decodes base64url (RFC 7515 §2). Each value has exactly one text: without padding, and with the
   * bits that encode nothing zero. Otherwise a changed character could go unnoticed.
   */
  static byte[] decode(String part, String name) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(part.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException notBase64) {
      throw malformed(name + ": not base64url");
    }
    int left = part.length() % 4;
    if (left == 1 || part.endsWith("=") || (left != 0 && !sameEnd(part, bytes, left))) {
      throw malformed(name + ": not base64url");
    }
    return bytes;
  }

  /** Whether the last characters are those that the last bytes encode to. */
  private static boolean sameEnd(String part, byte[] bytes, int characters) {
    String end = encode(bytes, bytes.length - (characters - 1), bytes.length);
    return part.endsWith(end);
  }

  static DecryptionException malformed(String what) {
    return new DecryptionException(Reason.MALFORMED, what);
  }

  @Override
  public String toString() {
    return String.join(".", header, key, iv, ciphertext, tag);
  }
}
