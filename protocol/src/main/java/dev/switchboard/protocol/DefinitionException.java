package dev.switchboard.protocol;

/**
 * A protocol is defined wrongly: two types have the same name, a name is reserved, or a component
 * cannot be decoded. This is a mistake in the code, so retrying does not help.
 */
public final class DefinitionException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. The message names the class and what is wrong with it. */
  public DefinitionException(String message) {
    super(message);
  }
}
