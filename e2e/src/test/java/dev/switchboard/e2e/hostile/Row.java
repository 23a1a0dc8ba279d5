package dev.switchboard.e2e.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row of a table of text: {@code name | what is sent | what must come}. A heading {@code ## area}
 * goes before its rows.
 *
 * <p>In what is sent, {@code ¶} stands for CR LF, a picture such as {@code ␀} or {@code ␊} for its
 * control character, {@code \xNN} for one byte, and {@code «3*ab»} for {@code ababab}. All else is
 * UTF-8.
 */
record Row(String area, String name, String sent, String expected) {
  private static final Pattern REPEATED = Pattern.compile("«(\\d+)\\*([^«»]*)»");

  /** Reads the rows of a file beside this class. */
  static List<Row> of(String file) {
    List<Row> rows = new ArrayList<>();
    String area = "";
    for (String line : (Iterable<String>) text(file).lines()::iterator) {
      if (line.startsWith("## ")) {
        area = line.substring(3);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] columns = line.split(" +\\| +", -1);
        if (columns.length != 3) {
          throw new IllegalArgumentException(
              file + ": " + line + " (expected: name | sent | expected)");
        }
        rows.add(new Row(area, columns[0].strip(), columns[1], columns[2].strip()));
      }
    }
    return rows;
  }

  private static String text(String file) {
    try (InputStream in = Objects.requireNonNull(Row.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a text with its repetitions written out. */
  static String repeated(String text) {
    Matcher matcher = REPEATED.matcher(text);
    return matcher.replaceAll(
        found -> Matcher.quoteReplacement(found.group(2).repeat(Integer.parseInt(found.group(1)))));
  }

  /** Returns the bytes that a text stands for. */
  static byte[] bytes(String text) {
    String whole = repeated(text).replace("¶", "\r\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream(whole.length());
    for (int i = 0; i < whole.length(); i++) {
      char c = whole.charAt(i);
      if (c == '\\' && whole.startsWith("\\x", i)) {
        out.write(Integer.parseInt(whole.substring(i + 2, i + 4), 16));
        i += 3;
      } else if (c >= '␀' && c <= '␟') {
        out.write(c - '␀');
      } else {
        int end = i + (Character.isHighSurrogate(c) ? 2 : 1);
        out.writeBytes(whole.substring(i, end).getBytes(StandardCharsets.UTF_8));
        i = end - 1;
      }
    }
    return out.toByteArray();
  }
}
