package dev.switchboard.chat;

import java.text.Normalizer;
import java.util.Locale;

/**
 * What people see of a name. Names of the same appearance are hard to tell apart: they differ only
 * in invisible characters, white space, width, case, or in letters of Cyrillic and Greek that are
 * drawn as Latin ones. Stateless.
 *
 * <p>This is a small part of what Unicode knows of such letters (UTS #39), chosen so that ordinary
 * names of any script differ.
 */
final class Appearance {
  /** Letters that are drawn as the Latin letters at the same places of {@link #LATIN}. */
  private static final String LOOKALIKES =
      "АВЕЅІЈКМНОРСТХУԌԚԜҮ" // Cyrillic capitals
          + "асеѕіјорхуһԁԛԝүӏ" // Cyrillic
          + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" // Greek capitals
          + "ονϳς" // Greek, as NFKC writes it
          + "ıɑɡ"; // Latin itself

  private static final String LATIN =
      "abesijkmhopctxygqwy" + "acesijopxyhdqwyl" + "abezhikmnoptyx" + "ovjc" + "iag";

  private Appearance() {}

  /** Returns a text that is equal for names of the same appearance; empty if nothing is seen. */
  static String of(String name) {
    StringBuilder seen = new StringBuilder(name.length());
    Normalizer.normalize(name, Normalizer.Form.NFKC)
        .codePoints()
        .filter(c -> !invisible(c))
        .forEach(c -> append(seen, c));
    return seen.toString().strip().toLowerCase(Locale.ROOT);
  }

  private static void append(StringBuilder seen, int c) {
    int lookalike = LOOKALIKES.indexOf(c);
    if (lookalike >= 0) {
      seen.append(LATIN.charAt(lookalike));
    } else if (!blank(c)) {
      seen.appendCodePoint(c);
    } else if (seen.isEmpty() || seen.charAt(seen.length() - 1) != ' ') {
      seen.append(' ');
    }
  }

  private static boolean blank(int c) {
    return Character.isSpaceChar(c) || c == 0x2800; // a Braille pattern without dots
  }

  /** Whether nothing is drawn, or only a neighbour is drawn in another way. */
  private static boolean invisible(int c) {
    return Character.getType(c) == Character.FORMAT
        || c == 0x034f // combining grapheme joiner
        || c == 0x115f // fillers of Hangul
        || c == 0x1160
        || c == 0x3164
        || (c >= 0x17b4 && c <= 0x17b5)
        || (c >= 0x180b && c <= 0x180f)
        || (c >= 0xfe00 && c <= 0xfe0f)
        || (c >= 0xe0100 && c <= 0xe01ef);
  }
}
