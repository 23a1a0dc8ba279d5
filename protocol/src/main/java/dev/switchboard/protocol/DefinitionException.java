package dev.switchboard.protocol;

/**
 * A protocol that cannot work: two types with one name, a reserved name, a component that cannot be
 * decoded. A mistake in code; trying again does not help.
 */
public final class DefinitionException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  /** Says which class, and what about it. */
  public DefinitionException(String message) {
    super(message);
  }
}
