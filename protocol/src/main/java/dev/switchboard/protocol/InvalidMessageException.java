package dev.switchboard.protocol;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message breaks a rule of its type. It is thrown before the message is sent, or after it was
 * received. Retrying does not help.
 */
public final class InvalidMessageException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final String rule;
  private final transient @Nullable Object unsent;

  /**
   * Creates an exception for one broken rule.
   *
   * @param path the value that breaks it: {@code data.message}, {@code data.items[2].price}
   * @param rule the rule: {@code required}, {@code type}, …
   * @param message an explanation for people
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
   * Creates an exception for one broken rule that shows the offending value. Text and numbers are
   * cut to 40 characters. Of lists and objects only the kind is shown, and values whose name is
   * that of a secret ({@code password}, {@code accessToken}, {@code pin}, …) are hidden.
   *
   * @param path the value that breaks the rule: {@code data.message}, {@code data.items[2].price}
   * @param rule the rule, which is sent to the other side
   * @param value the offending value
   * @param expected what the rule requires, for people
   */
  public static InvalidMessageException of(
      String path, String rule, @Nullable Object value, String expected) {
    return new InvalidMessageException(
        path, rule, path + ": " + Shown.value(path, value) + " (expected: " + expected + ")");
  }

  /** Returns a copy of this exception that carries the message, which was not sent. */
  public InvalidMessageException unsent(Object message) {
    InvalidMessageException outgoing =
        new InvalidMessageException(path, rule, String.valueOf(getMessage()), message);
    outgoing.setStackTrace(getStackTrace());
    return outgoing;
  }

  /** Returns the path of the value that breaks the rule. */
  public String path() {
    return path;
  }

  /** Returns the broken rule. */
  public String rule() {
    return rule;
  }

  /** Returns the message that was not sent; empty if it was received. */
  public Optional<Object> unsent() {
    return Optional.ofNullable(unsent);
  }
}
