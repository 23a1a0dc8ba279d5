package dev.switchboard.protocol;

/**
 * The base class of all Switchboard exceptions. The family is small and sealed, so a {@code switch}
 * over it is exhaustive.
 */
public abstract sealed class SwitchboardException extends RuntimeException
    permits ConnectFailedException,
        DecryptionException,
        DefinitionException,
        InvalidMessageException,
        RefusedException,
        UnsentException {
  private static final long serialVersionUID = 1L;

  SwitchboardException(String message) {
    super(message);
  }

  SwitchboardException(String message, Throwable cause) {
    super(message, cause);
  }
}
