package dev.switchboard.protocol;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message that breaks a rule of its type, found before it is sent or after it was received.
 * Trying again does not help.
 */
public final class InvalidMessageException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final String rule;
  private final transient @Nullable Object unsent;

  /**
   * Describes one broken rule.
   *
   * @param path where: {@code data.message}, {@code data.items[2].price}
   * @param rule which: {@code required}, {@code type}, …
   * @param message for people
   */
  public InvalidMessageException(String path, String rule, String message) {
    this(path, rule, message, null);
  }

  private InvalidMessageException(
      String path, String rule, String message, @Nullable Object unsent) {
    super(message);
    this.path = path;
    this.rule = rule;
    this.unsent = unsent;
  }

  /**
   * Describes one broken rule, and shows the value that breaks it: at most 40 characters of a text
   * or number, of lists and objects only what they are, and nothing at a place whose name is that
   * of a secret ({@code password}, {@code accessToken}, {@code pin}, …).
   *
   * @param path where: {@code data.message}, {@code data.items[2].price}
   * @param rule which; the other side gets it
   * @param expected what the rule wants, for people
   */
  public static InvalidMessageException of(
      String path, String rule, @Nullable Object value, String expected) {
    return new InvalidMessageException(
        path, rule, path + ": " + Shown.value(path, value) + " (expected: " + expected + ")");
  }

  /** The same with the message that was therefore not sent. */
  public InvalidMessageException unsent(Object message) {
    InvalidMessageException outgoing =
        new InvalidMessageException(path, rule, String.valueOf(getMessage()), message);
    outgoing.setStackTrace(getStackTrace());
    return outgoing;
  }

  /** Where the rule is broken. */
  public String path() {
    return path;
  }

  /** Which rule is broken. */
  public String rule() {
    return rule;
  }

  /** The message that was not sent; empty if it was received. */
  public Optional<Object> unsent() {
    return Optional.ofNullable(unsent);
  }
}
