package dev.switchboard.protocol.wire;

import java.util.Locale;

/**
 * Makes text safe to print. Text from other people (messages, names, close reasons, the body of an
 * HTTP response, and log lines that quote them) passes through here on its way to a terminal or a
 * log. The result stays on one line and can't move the cursor, change colors, or change the
 * direction of the text around it. Characters that could are shown as visible symbols. Stateless.
 */
public final class Printable {
  /** U+2400 to U+241F are symbols for U+0000 to U+001F. */
  private static final int PICTURES = 0x2400;

  private static final int PICTURE_OF_DELETE = 0x2421;
  private static final int DELETE = 0x7f;

  private Printable() {}

  /**
   * Returns the text with a visible symbol for each character that would affect the terminal or be
   * invisible.
   */
  public static String of(String foreign) {
    StringBuilder out = new StringBuilder(foreign.length());
    foreign.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int c) {
    if (c < ' ') {
      out.appendCodePoint(PICTURES + c);
    } else if (c == DELETE) {
      out.appendCodePoint(PICTURE_OF_DELETE);
    } else if (acts(c)) {
      out.append(String.format(Locale.ROOT, "<U+%04X>", c));
    } else {
      out.appendCodePoint(c);
    }
  }

  private static boolean acts(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, // C1: some terminals treat these as escape sequences
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE -> // a lone surrogate is not a character
          true;
      case Character.FORMAT -> !partOfWriting(c); // text direction and invisible characters
      default -> false;
    };
  }

  /** Whether a format character is needed to write some script or emoji. */
  private static boolean partOfWriting(int c) {
    boolean joins = c == 0x200c || c == 0x200d;
    boolean flag = c >= 0xe0020 && c <= 0xe007f;
    boolean encloses = (c >= 0x600 && c <= 0x605) || c == 0x6dd || c == 0x70f || c == 0x8e2;
    return joins || flag || encloses;
  }
}
