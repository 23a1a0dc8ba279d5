package dev.switchboard.protocol.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A conversation as text, replayed by tests ({@code spec/transcripts/README.md}). Immutable.
 *
 * @param title the first comment
 * @param lines all lines except comments and empty lines
 */
public record Transcript(String title, List<Line> lines) {
  private static final Pattern TIME = Pattern.compile("\\+(\\d+)(ms|s|m)");
  private static final Pattern SAID = Pattern.compile("(\\w+)([><!=]) (.*)");
  private static final Pattern SOCKET = Pattern.compile("(\\w+) (open|lost)");

  /** The kind of a line. */
  public enum Kind {
    /** Time passes; the text is a number of milliseconds. */
    TIME,
    /** A WebSocket opens. */
    OPEN,
    /** A connection is lost. */
    LOST,
    /** The client sends a message. */
    SENT,
    /** The server sends a message. */
    RECEIVED,
    /** The client's program calls a method. */
    CALL,
    /** The client reports something to its program. */
    REPORT
  }

  /**
   * A line.
   *
   * @param number the line number in the file, from 1
   * @param who whose connection it is about; empty for {@link Kind#TIME}
   */
  public record Line(int number, Kind kind, String who, String text) {
    @Override
    public String toString() {
      return number + ": " + who + " " + kind.name().toLowerCase(Locale.ROOT) + " " + text;
    }
  }

  /**
   * Parses a transcript.
   *
   * @throws IllegalArgumentException if a line is invalid; the message has its number
   */
  public static Transcript parse(String file) {
    List<String> remarks = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String text : (Iterable<String>) file.lines()::iterator) {
      number++;
      String line = text.strip();
      if (line.startsWith("#")) {
        remarks.add(line.substring(1).strip());
      } else if (!line.isEmpty()) {
        lines.add(line(number, line));
      }
    }
    return new Transcript(remarks.isEmpty() ? "" : remarks.get(0), List.copyOf(lines));
  }

  private static Line line(int number, String text) {
    Matcher time = TIME.matcher(text);
    if (time.matches()) {
      long unit = time.group(2).equals("ms") ? 1 : time.group(2).equals("s") ? 1_000 : 60_000;
      return new Line(number, Kind.TIME, "", Long.toString(Long.parseLong(time.group(1)) * unit));
    }
    Matcher socket = SOCKET.matcher(text);
    if (socket.matches()) {
      return new Line(
          number, socket.group(2).equals("open") ? Kind.OPEN : Kind.LOST, socket.group(1), "");
    }
    Matcher said = SAID.matcher(text);
    if (said.matches()) {
      Kind kind =
          switch (said.group(2)) {
            case ">" -> Kind.SENT;
            case "<" -> Kind.RECEIVED;
            case "!" -> Kind.CALL;
            default -> Kind.REPORT;
          };
      return new Line(number, kind, said.group(1), said.group(3));
    }
    throw new IllegalArgumentException(
        "line " + number + ": " + text + " (expected: a line of spec/transcripts/README.md)");
  }
}
