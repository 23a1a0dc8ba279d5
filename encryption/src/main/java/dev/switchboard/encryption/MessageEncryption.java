package dev.switchboard.encryption;

import dev.switchboard.protocol.DecryptionException;
import dev.switchboard.protocol.DecryptionException.Reason;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.MessageCipher;
import dev.switchboard.protocol.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts messages as JWE in compact form (RFC 7516), and decrypts them: AES-256-GCM with a fresh
 * key for each message, which is wrapped with a key of the ring ({@code spec/encryption.md}). Since
 * no key encrypts twice, no nonce can repeat, however many processes and devices share the ring.
 *
 * <p>A message decrypts only with the {@link Binding} it was encrypted with. One that comes a
 * second time from the same sender under the same message id is refused as replayed, unless it
 * comes from the same place of the same log, as a page of history that is read again does. The
 * memory for that is bounded and lives as long as this object: use one object for all that a
 * process receives. Thread-safe; nothing blocks.
 */
public final class MessageEncryption implements MessageCipher {
  /** How many messages are remembered unless configured. */
  public static final int REMEMBERED = 10_000;

  /** No longer plaintext is encrypted, so that the result fits into a message of 16 MiB. */
  public static final int MAX_BYTES = 12 * 1024 * 1024 - 8 * 1024;

  private static final String WRAPPING = "AES/KW/NoPadding";
  private static final String SEALING = "AES/GCM/NoPadding";
  private static final int KEY_BYTES = 32;
  private static final int IV_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final byte[] EMPTY = {'{', '}'};
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyRing keys;
  private final SeenMessages seen;

  /** Encrypts and decrypts with these keys, and remembers {@link #REMEMBERED} messages. */
  public MessageEncryption(KeyRing keys) {
    this(keys, REMEMBERED);
  }

  /**
   * Encrypts and decrypts with these keys.
   *
   * @param remembered of how many decrypted messages replays are noticed, the latest ones; each
   *     takes some 300 bytes, at most 700. 0 notices none
   */
  public MessageEncryption(KeyRing keys, int remembered) {
    this.keys = keys;
    this.seen = new SeenMessages(remembered);
  }

  /** Encrypts text as {@link #encrypt(byte[], Binding)} encrypts its bytes in UTF-8. */
  public String encrypt(String plaintext, Binding binding) {
    return encrypt(plaintext.getBytes(StandardCharsets.UTF_8), binding);
  }

  /**
   * Encrypts with the current key of the ring.
   *
   * @return a text of letters, digits, {@code -}, {@code _} and {@code .}, a third longer than the
   *     plaintext and some 300 to 700 characters more
   * @throws IllegalArgumentException if the plaintext is longer than {@link #MAX_BYTES}
   */
  public String encrypt(byte[] plaintext, Binding binding) {
    if (plaintext.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "plaintext: " + plaintext.length + " bytes (expected: at most " + MAX_BYTES + ")");
    }
    KeyRing.Current current = keys.encrypting();
    Binding bound =
        binding.messageId() == null ? binding.named(UUID.randomUUID().toString()) : binding;
    String header = new ProtectedHeader(current.id(), bound).encoded();
    byte[] random = new byte[KEY_BYTES + IV_BYTES];
    RANDOM.nextBytes(random);
    SecretKey once = new SecretKeySpec(random, 0, KEY_BYTES, "AES");
    GCMParameterSpec nonce = new GCMParameterSpec(TAG_BYTES * 8, random, KEY_BYTES, IV_BYTES);
    try {
      Cipher wrap = Cipher.getInstance(WRAPPING);
      wrap.init(Cipher.WRAP_MODE, current.key());
      Cipher seal = Cipher.getInstance(SEALING);
      seal.init(Cipher.ENCRYPT_MODE, once, nonce);
      seal.updateAAD(header.getBytes(StandardCharsets.US_ASCII));
      byte[] sealed = seal.doFinal(plaintext);
      int tag = sealed.length - TAG_BYTES;
      return new CompactJwe(
              header,
              CompactJwe.encode(wrap.wrap(once)),
              CompactJwe.encode(nonce.getIV()),
              CompactJwe.encode(sealed, 0, tag),
              CompactJwe.encode(sealed, tag, sealed.length))
          .toString();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("AES-256: not usable in this JDK", missing);
    }
  }

  /** Decrypts text as {@link #decrypt(String, Binding, long)} decrypts bytes. */
  public String decryptText(String jwe, Binding binding, long seq) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(decrypt(jwe, binding, seq)))
          .toString();
    } catch (CharacterCodingException notText) {
      throw new DecryptionException(Reason.MALFORMED, "plaintext: not UTF-8");
    }
  }

  /**
   * Decrypts a message. All of it is authenticated before any of it is returned.
   *
   * @param binding what the envelope says that the message came in
   * @param seq its place in the log; 0 if it is in none, and then it decrypts once only
   * @throws DecryptionException if it can't be decrypted or must not be
   */
  public byte[] decrypt(String jwe, Binding binding, long seq) {
    CompactJwe parts = CompactJwe.parse(jwe);
    ProtectedHeader header = ProtectedHeader.decode(parts.header());
    byte[] wrapped = parts.wrappedKey();
    GCMParameterSpec nonce = new GCMParameterSpec(TAG_BYTES * 8, parts.nonce());
    byte[] sealed = parts.sealed();
    SecretKey key =
        keys.find(header.kid())
            .orElseThrow(() ->
                new DecryptionException(
                    Reason.UNKNOWN_KEY,
                    "kid " + header.kid() + " (expected: one of " + keys.ids() + ")"));
    header.check(binding);
    byte[] plaintext = open(key, wrapped, nonce, sealed, parts.header());
    if (!seen.admit(header.binding(), seq)) {
      throw new DecryptionException(
          Reason.REPLAYED, "a message id of this sender that was decrypted at another place");
    }
    return plaintext;
  }

  @Override
  public String encrypt(Entry message) {
    byte[] data = message.data();
    return encrypt(data == null ? EMPTY : data, Binding.of(message));
  }

  @Override
  public byte[] decrypt(Entry message) {
    Payload payload = Objects.requireNonNull(message.payload(), "payload");
    return decrypt(payload.ciphertext(), binding(message), message.seq());
  }

  private static Binding binding(Entry message) {
    try {
      return Binding.of(message);
    } catch (IllegalArgumentException badName) { // as no user has, so nobody encrypted for it
      throw new DecryptionException(Reason.WRONG_BINDING, "from: not a name");
    }
  }

  private static byte[] open(
      SecretKey key, byte[] wrapped, GCMParameterSpec nonce, byte[] sealed, String header) {
    try {
      Cipher unwrap = Cipher.getInstance(WRAPPING);
      unwrap.init(Cipher.UNWRAP_MODE, key);
      Cipher open = Cipher.getInstance(SEALING);
      open.init(Cipher.DECRYPT_MODE, unwrap.unwrap(wrapped, "AES", Cipher.SECRET_KEY), nonce);
      open.updateAAD(header.getBytes(StandardCharsets.US_ASCII));
      return open.doFinal(sealed);
    } catch (GeneralSecurityException refused) {
      // Not the cause: whether the key or the content failed is nobody's business.
      throw new DecryptionException(Reason.NOT_AUTHENTIC, "another key, or changed since");
    }
  }
}
