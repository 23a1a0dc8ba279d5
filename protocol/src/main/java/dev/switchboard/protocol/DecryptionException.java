package dev.switchboard.protocol;

import java.util.Locale;

/**
 * An encrypted message that was not decrypted ({@code spec/encryption.md#reasons}). Trying again
 * helps only for {@link Reason#UNKNOWN_KEY}, once the key is there.
 */
public final class DecryptionException extends SwitchboardException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /**
   * Describes why.
   *
   * @param message for people; without keys and without what was encrypted
   */
  public DecryptionException(Reason reason, String message) {
    super(reason.wire() + ": " + message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** Why a message was not decrypted. */
  public enum Reason {
    /** Not an encrypted message, or cut off. */
    MALFORMED,
    /** Longer than any message. */
    TOO_LARGE,
    /** Another algorithm, or a header that this version does not know. */
    UNSUPPORTED,
    /** Its key is not in the key ring. */
    UNKNOWN_KEY,
    /** Encrypted for another address, sender, type or message id than it arrived with. */
    WRONG_BINDING,
    /** Encrypted with another key, or changed since. */
    NOT_AUTHENTIC,
    /** Decrypted before, at another place. */
    REPLAYED,
    /** Plain, where everything has to be encrypted. */
    NOT_ENCRYPTED;

    /** The word that all implementations use. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
