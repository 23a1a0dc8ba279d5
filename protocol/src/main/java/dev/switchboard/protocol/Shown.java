package dev.switchboard.protocol;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Formats a value for an error message: briefly, and without revealing secrets. Stateless. */
final class Shown {
  private static final int LONGEST = 40;
  private static final Pattern SECRET =
      Pattern.compile(
          "passw(or)?d|passphrase|passcode|secret|token|credential|authorization|cookie|apikey|privatekey|signature");
  private static final Set<String> SHORT_SECRETS =
      Set.of("pin", "pwd", "otp", "cvv", "cvc", "ssn", "iban");

  private Shown() {}

  /**
   * Formats the value at a path. Text and numbers are shown. Of other values only the kind is
   * shown, because they may contain secrets. A value is hidden if any name in its path is that of a
   * secret.
   */
  public static String value(String path, @Nullable Object value) {
    if (secret(path)) {
      return "a value that is not shown";
    }
    return switch (value) {
      case null -> "null";
      case JsonNode node when node.isString() -> quoted(node.stringValue());
      case JsonNode node when node.isValueNode() -> shortened(node.toString());
      case JsonNode node -> node.isArray() ? "a list of " + node.size() : "an object";
      case CharSequence text -> quoted(text);
      case Character one -> quoted(one.toString());
      case Number number -> shortened(number.toString());
      case Boolean flag -> flag.toString();
      case Enum<?> name -> name.name();
      case Collection<?> many -> "a list of " + many.size();
      default -> "an object";
    };
  }

  /** Whether any name in the path is that of a secret. */
  static boolean secret(String path) {
    for (String segment : path.split("[.\\[\\]]+", -1)) {
      String plain = segment.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
      if (SHORT_SECRETS.contains(plain) || SECRET.matcher(plain).find()) {
        return true;
      }
    }
    return false;
  }

  private static String quoted(CharSequence text) {
    return '"' + shortened(text) + '"';
  }

  private static String shortened(CharSequence text) {
    if (text.length() <= LONGEST) {
      return text.toString();
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.subSequence(0, end) + "…";
  }
}
