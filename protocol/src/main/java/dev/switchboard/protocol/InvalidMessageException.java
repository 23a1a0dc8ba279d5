package dev.switchboard.protocol;

/**
 * A message that breaks a rule of its type, found before it is sent or after it was received.
 * Trying again does not help.
 */
public final class InvalidMessageException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final String rule;

  /**
   * Describes one broken rule.
   *
   * @param path where: {@code data.message}, {@code data.items[2].price}
   * @param rule which: {@code required}, {@code type}, …
   * @param message for people
   */
  public InvalidMessageException(String path, String rule, String message) {
    super(message);
    this.path = path;
    this.rule = rule;
  }

  /** Where the rule is broken. */
  public String path() {
    return path;
  }

  /** Which rule is broken. */
  public String rule() {
    return rule;
  }
}
