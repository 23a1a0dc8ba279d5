package dev.switchboard.protocol;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * The rules for the names of rooms and users and for message IDs ({@code
 * spec/protocol.md#4-the-envelope}). Stateless.
 */
public final class Names {
  /** What a name must be, for whoever is told that one is not. */
  public static final String RULE =
      "1-"
          + Limits.MAX_NAME_BYTES
          + " bytes of UTF-8, NFC, without control or bidirectional characters";

  /** The rule for a {@code messageId}, for use in error messages. */
  public static final String MESSAGE_ID_RULE =
      "1-"
          + Limits.MAX_MESSAGE_ID_CHARACTERS
          + " characters, without control characters or lone surrogates";

  private Names() {}

  /** Whether the text is a valid name for a room or a user. */
  public static boolean valid(String name) {
    if (name.isEmpty() || name.length() > Limits.MAX_NAME_BYTES) {
      return false;
    }
    boolean ascii = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < 0x20 || (c >= 0x7f && c < 0xa0) || bidirectional(c)) {
        return false;
      }
      ascii &= c < 0x80;
    }
    return ascii
        || (wellFormed(name)
            && name.getBytes(StandardCharsets.UTF_8).length <= Limits.MAX_NAME_BYTES
            && Normalizer.isNormalized(name, Normalizer.Form.NFC));
  }

  /**
   * Returns the name if it is valid.
   *
   * @param what what the name is for, used in the exception's message
   * @throws IllegalArgumentException if the name is invalid
   */
  public static String require(String what, String name) {
    if (!valid(name)) {
      throw new IllegalArgumentException(
          what + ": " + printable(name) + " (expected: " + RULE + ")");
    }
    return name;
  }

  /** Whether the text is a valid {@code messageId}. */
  public static boolean validMessageId(String id) {
    return !id.isEmpty()
        && id.length() <= Limits.MAX_MESSAGE_ID_CHARACTERS
        && id.chars().noneMatch(Character::isISOControl)
        && wellFormed(id);
  }

  /**
   * Returns the {@code messageId} if it is valid.
   *
   * @throws IllegalArgumentException if it is invalid
   */
  public static String requireMessageId(String id) {
    if (!validMessageId(id)) {
      throw new IllegalArgumentException(
          "messageId: " + printable(id) + " (expected: " + MESSAGE_ID_RULE + ")");
    }
    return id;
  }

  private static boolean bidirectional(char c) {
    return c == 0x061c
        || c == 0x200e
        || c == 0x200f
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }

  private static boolean wellFormed(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < name.length()
          && Character.isLowSurrogate(name.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  private static String printable(String name) {
    StringBuilder out = new StringBuilder();
    name.codePoints()
        .limit(40)
        .forEach(c ->
            out.appendCodePoint(Character.isLetterOrDigit(c) || (c >= 0x20 && c < 0x7f) ? c : '?'));
    return '"' + out.toString() + (name.length() > 40 ? "…\"" : "\"");
  }
}
