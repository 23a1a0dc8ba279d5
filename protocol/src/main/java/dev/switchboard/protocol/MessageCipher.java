package dev.switchboard.protocol;

/**
 * Encrypts the data of messages, so that servers relay what they can't read. Module {@code
 * encryption} has the one that Switchboard specifies; clients know only this interface.
 *
 * <p>Must be thread-safe and should take no longer than encrypting does: a client calls it on the
 * threads that publish, and on the one that calls handlers.
 */
public interface MessageCipher {
  /**
   * Encrypts a message's data.
   *
   * @param message what is to be published, by whom, and where; its number and time are not known
   *     yet and 0, and its ID is null if it is fleeting
   * @return a text, whose form servers check: a JWE in compact form
   */
  String encrypt(Entry message);

  /**
   * Decrypts a message's data.
   *
   * @param message as the server delivered it; its payload is {@link Payload#encrypted}. Nothing in
   *     it is proven but what the cipher proves
   * @return the data, JSON in UTF-8
   * @throws DecryptionException if the message can't be decrypted, or must not be
   */
  byte[] decrypt(Entry message);
}
