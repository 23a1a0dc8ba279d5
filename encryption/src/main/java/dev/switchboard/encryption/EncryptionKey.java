package dev.switchboard.encryption;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.Destroyable;

/**
 * A key of 256 bits, from 32 random bytes or from a passphrase. It shows itself in no {@code
 * toString}, log or serialized form. Thread-safe.
 */
public final class EncryptionKey implements Destroyable {
  /** PBKDF2 rounds with HMAC-SHA-256, as OWASP's Password Storage Cheat Sheet asks for. */
  public static final int ROUNDS = 600_000;

  private static final int MAX_ROUNDS = 10_000_000;
  private static final int BYTES = 32;
  private static final int MIN_PASSPHRASE = 12;
  private static final int MIN_SALT = 8;

  private final byte[] secret; // zeroed by destroy; guarded by this

  /** Whether {@link #secret} is zeroed; guarded by this. */
  private boolean destroyed;

  private EncryptionKey(byte[] secret) {
    this.secret = secret;
  }

  /**
   * A key from 32 bytes of a secure random source, such as {@code openssl rand 32}. Copies them.
   *
   * @throws IllegalArgumentException if they are not 32, or all the same
   */
  public static EncryptionKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("key: " + bytes.length + " bytes (expected: 32)");
    }
    byte different = 0;
    for (byte each : bytes) {
      different |= (byte) (each ^ bytes[0]);
    }
    if (different == 0) {
      throw new IllegalArgumentException("key: one byte repeated (expected: 32 random bytes)");
    }
    return new EncryptionKey(bytes.clone());
  }

  /**
   * A key derived from a passphrase with {@link #ROUNDS} rounds.
   *
   * @see #fromPassphrase(char[], String, int)
   */
  public static EncryptionKey fromPassphrase(char[] passphrase, String salt) {
    return fromPassphrase(passphrase, salt, ROUNDS);
  }

  /**
   * A key derived from a passphrase by PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2). The same
   * passphrase, salt and rounds give the same key everywhere; the passphrase is brought into
   * Unicode form NFC first. This is slow on purpose and occupies a core for tenths of a second:
   * derive once and keep the key, and do not call it on an event loop. Whoever has a message can
   * try passphrases at their leisure, so choose one of six or more random words.
   *
   * @param passphrase at least 12 characters; the caller may overwrite it afterwards
   * @param salt what tells your application's keys from those of others with the same passphrase,
   *     such as {@code chat.example.org/general}; not secret, at least 8 bytes of UTF-8
   * @param rounds from {@link #ROUNDS} to 10,000,000
   * @throws IllegalArgumentException if a value is out of bounds
   */
  public static EncryptionKey fromPassphrase(char[] passphrase, String salt, int rounds) {
    CharBuffer typed = CharBuffer.wrap(passphrase);
    if (passphrase.length < MIN_PASSPHRASE) {
      throw new IllegalArgumentException(
          "passphrase: "
              + passphrase.length
              + " characters (expected: at least "
              + MIN_PASSPHRASE
              + ")");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(typed)) {
      throw new IllegalArgumentException("passphrase: not Unicode (expected: whole characters)");
    }
    byte[] salted = salt.getBytes(StandardCharsets.UTF_8);
    if (salted.length < MIN_SALT) {
      throw new IllegalArgumentException(
          "salt: " + salted.length + " bytes of UTF-8 (expected: at least " + MIN_SALT + ")");
    }
    if (rounds < ROUNDS || rounds > MAX_ROUNDS) {
      throw new IllegalArgumentException(
          "rounds: " + rounds + " (expected: " + ROUNDS + "-" + MAX_ROUNDS + ")");
    }
    char[] normal =
        Normalizer.isNormalized(typed, Normalizer.Form.NFC)
            ? passphrase.clone()
            : Normalizer.normalize(typed, Normalizer.Form.NFC).toCharArray();
    PBEKeySpec spec = new PBEKeySpec(normal, salted, rounds, BYTES * 8);
    try {
      return new EncryptionKey(
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded());
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("PBKDF2 with HMAC-SHA-256: not in this JDK", missing);
    } finally {
      spec.clearPassword();
      Arrays.fill(normal, '\0');
    }
  }

  /**
   * Derives a key as {@link #fromPassphrase(char[], String, int)} does, on a thread of its own.
   * Copies the passphrase before it returns.
   */
  public static CompletableFuture<EncryptionKey> fromPassphraseAsync(
      char[] passphrase, String salt, int rounds) {
    char[] copy = passphrase.clone();
    CompletableFuture<EncryptionKey> derived = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("switchboard-passphrase")
        .start(() -> {
          try {
            derived.complete(fromPassphrase(copy, salt, rounds));
          } catch (RuntimeException | Error failed) {
            derived.completeExceptionally(failed);
          } finally {
            Arrays.fill(copy, '\0');
          }
        });
    return derived;
  }

  /** The key as a cipher takes it: a copy, so that nobody encrypts with a half overwritten key. */
  synchronized SecretKey secret() {
    if (destroyed) {
      throw new IllegalStateException("key: destroyed");
    }
    return new SecretKeySpec(secret, "AES");
  }

  /**
   * Overwrites this object's copy of the key; using it throws {@link IllegalStateException} from
   * then on. Copies that the JVM made meanwhile can't be reached.
   */
  @Override
  public synchronized void destroy() {
    Arrays.fill(secret, (byte) 0);
    destroyed = true;
  }

  @Override
  public synchronized boolean isDestroyed() {
    return destroyed;
  }

  @Override
  public String toString() {
    return "EncryptionKey";
  }
}
