package dev.switchboard.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs tokens: a secret, or the private half of a key pair. It is read and written as a
 * JWK (RFC 7517). Immutable, thread-safe.
 *
 * <pre>{@code
 * TokenKey key = TokenKey.read(Path.of("chat.jwk"));
 * String token = key.token("ann").role("admin").audience("chat").sign();
 * }</pre>
 */
public final class TokenKey {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 12;
  private static final int RSA_BITS = 3072;

  private final JWK key;
  private final JwtAlgorithm algorithm;

  private TokenKey(JWK key) {
    if (!key.isPrivate()) {
      throw new IllegalArgumentException(
          "a public key (expected: the private one, as switchboard token key makes it)");
    }
    this.key = key;
    this.algorithm = VerificationKey.of(forVerifying(key)).algorithm();
  }

  /** A key signs with the algorithm that servers verify it with, and under the same rules. */
  private static JWK forVerifying(JWK key) {
    return key.getKeyType().equals(KeyType.OCT) ? key : key.toPublicJWK();
  }

  /** A new key with a random id: a secret of 32 bytes for HS256, 3072 bits for RSA. */
  public static TokenKey generate(JwtAlgorithm algorithm) {
    String id = random(ID_BYTES).toString();
    JWSAlgorithm name = algorithm.header().getAlgorithm();
    try {
      return new TokenKey(
          switch (algorithm) {
            case HS256 ->
                new OctetSequenceKey.Builder(random(Secrets.MIN_BYTES))
                    .keyID(id)
                    .algorithm(name)
                    .build();
            case ES256 ->
                new ECKeyGenerator(Curve.P_256)
                    .keyID(id)
                    .algorithm(name)
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
            case EDDSA ->
                Ed25519.generate().keyID(id).algorithm(name).keyUse(KeyUse.SIGNATURE).build();
            case RS256, PS256 ->
                new RSAKeyGenerator(RSA_BITS)
                    .keyID(id)
                    .algorithm(name)
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
          });
    } catch (JOSEException | GeneralSecurityException missing) {
      throw new IllegalStateException("this Java makes no keys for " + algorithm, missing);
    }
  }

  /** Base64url of so many random bytes. */
  static Base64URL random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64URL.encode(random);
  }

  /**
   * The key in a JWK: of type {@code oct}, or the private half of a key pair.
   *
   * @throws IllegalArgumentException if it is anything else, or weak; the message shows nothing of
   *     it
   */
  public static TokenKey parse(String jwk) {
    return new TokenKey(KeyFile.jwk(jwk.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * The key in a file, as {@link #write} made it.
   *
   * @throws IllegalArgumentException as for {@link #parse}, and if the file can't be read
   */
  public static TokenKey read(Path file) {
    byte[] content = KeyFile.read(file.toString(), file);
    try {
      return new TokenKey(KeyFile.jwk(content));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(file + ": " + wrong.getMessage());
    }
  }

  /**
   * Writes the key to a new file that only this user may read, where the file system has such
   * permissions.
   *
   * @throws FileAlreadyExistsException if there is such a file; it is left as it is
   */
  public void write(Path file) throws IOException {
    FileAttribute<?>[] attributes =
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (SeekableByteChannel out =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
      ByteBuffer content = ByteBuffer.wrap((secretJson() + "\n").getBytes(StandardCharsets.UTF_8));
      while (content.hasRemaining()) {
        out.write(content);
      }
    }
  }

  /** The id, which tokens carry as {@code kid}; null if the JWK has none. */
  public @Nullable String id() {
    return key.getKeyID();
  }

  /** How it signs. */
  public JwtAlgorithm algorithm() {
    return algorithm;
  }

  /** The key as a JWK: a secret. */
  public String secretJson() {
    return key.toJSONString();
  }

  /**
   * The public half as a JWK, for servers that verify tokens.
   *
   * @throws IllegalStateException if it has none, being a secret for HS256
   */
  public String publicJson() {
    if (key.getKeyType().equals(KeyType.OCT)) {
      throw new IllegalStateException(
          "a secret for HS256 has no public half (expected: a key for ES256 or EdDSA)");
    }
    return key.toPublicJWK().toJSONString();
  }

  /**
   * Starts a token for a user.
   *
   * @throws IllegalArgumentException if the name breaks the rule for names
   */
  public TokenBuilder token(String user) {
    return new TokenBuilder(this, user);
  }

  Base64URL signature(byte[] signed) {
    try {
      return switch (key) {
        case OctetSequenceKey secret -> nimbus(new MACSigner(secret), signed);
        case RSAKey rsa -> nimbus(new RSASSASigner(rsa), signed);
        case ECKey ec -> nimbus(new ECDSASigner(ec), signed);
        case OctetKeyPair pair -> {
          Signature engine = Ed25519.engine();
          engine.initSign(Ed25519.privateKey(pair.getDecodedD()));
          engine.update(signed);
          yield Base64URL.encode(engine.sign());
        }
        default -> throw new IllegalStateException("a key of another kind");
      };
    } catch (JOSEException | GeneralSecurityException failed) {
      throw new IllegalStateException("signing failed", failed);
    }
  }

  private Base64URL nimbus(JWSSigner signer, byte[] signed) throws JOSEException {
    return signer.sign(algorithm.header(), signed);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "TokenKey[" + algorithm + ", " + key.getKeyID() + "]";
  }
}
