package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.DecryptionException.Reason;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.MessageCipher;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.wire.Envelope;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what a client publishes to some addresses, and decrypts what arrives there. The address
 * alone decides: everything is encrypted there, and nothing elsewhere, whatever a server says.
 * Immutable; as thread-safe as the ciphers.
 *
 * @param rules the first that matches an address applies; no other address is encrypted
 * @param session the client's current or last session, whose user is the sender
 */
record Encryption(List<Rule> rules, Supplier<Optional<SessionInfo>> session) {
  /** Encrypts nothing. */
  static final Encryption NONE = new Encryption(List.of(), Optional::empty);

  /** How the addresses that match are encrypted. */
  record Rule(Predicate<? super Address> where, MessageCipher cipher) {}

  private @Nullable MessageCipher cipher(@Nullable Address address) {
    if (address != null) {
      for (Rule rule : rules) {
        if (rule.where.test(address)) {
          return rule.cipher;
        }
      }
    }
    return null;
  }

  /** Whether messages to this address are encrypted. */
  boolean covers(@Nullable Address address) {
    return cipher(address) != null;
  }

  /**
   * Returns the data of a message to be published: encrypted, if the address says so.
   *
   * @param messageId the message's id; null if it is fleeting
   * @param data JSON in UTF-8
   * @throws UnsentException if the client had no session yet, so that nobody knows who sends it
   */
  byte[] sealed(
      @Nullable Address address,
      String type,
      @Nullable String messageId,
      byte[] data,
      Object unsent) {
    MessageCipher cipher = cipher(address);
    if (cipher == null || address == null) {
      return data;
    }
    String from =
        session
            .get()
            .map(SessionInfo::user)
            .orElseThrow(() ->
                new UnsentException(
                    "encryption: the sender's name is not known (expected: connect first)",
                    unsent));
    Entry plain = new Entry(address, 0, type, from, 0, messageId, data);
    return Payload.encrypted(cipher.encrypt(plain)).json();
  }

  /**
   * Returns the data of a message that arrived, decrypted if the address says so.
   *
   * @throws DecryptionException if it is plain and should not be, or the reverse, or can't be
   *     decrypted
   */
  @Nullable Payload opened(Envelope envelope) {
    Address address = envelope.address();
    Payload came = envelope.payload();
    MessageCipher cipher = cipher(address);
    if (cipher == null || address == null) {
      if (came != null && came.encrypted()) {
        throw new DecryptionException(Reason.UNKNOWN_KEY, "no encryption is set for its address");
      }
      return came;
    }
    if (came == null || !came.encrypted()) {
      throw new DecryptionException(Reason.NOT_ENCRYPTED, "plain (expected: encrypted)");
    }
    return Payload.of(
        cipher.decrypt(
            new Entry(
                address,
                envelope.logSeq(),
                envelope.type(),
                envelope.from(),
                envelope.timestamp(),
                envelope.messageId(),
                came)));
  }
}
