package dev.switchboard.protocol.internal;

/**
 * What correlates a message with its answer: an integer or a text, kept as the JSON that says it so
 * that it goes back as it came.
 *
 * @param json {@code 7} or {@code "a"}
 */
public record Id(String json) {
  /** The id of a number. */
  public static Id of(long number) {
    return new Id(Long.toString(number));
  }

  /** The id of a text without characters that JSON escapes. */
  public static Id of(String text) {
    return new Id('"' + text + '"');
  }

  /** The number, or -1 if it is a text. */
  public long number() {
    return json.charAt(0) == '"' ? -1 : Long.parseLong(json);
  }
}
