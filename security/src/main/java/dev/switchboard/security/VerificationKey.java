package dev.switchboard.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that verifies tokens, and the one algorithm that it does so with (RFC 8725 §3.1): what a
 * token says about its algorithm chooses nothing. Immutable, thread-safe.
 */
final class VerificationKey {
  private static final int MIN_RSA_BITS = 2048;

  /** Verifying takes longer the longer the key is, and a JWKS is made by others. */
  private static final int MAX_RSA_BITS = 8192;

  private static final int ED25519_SIGNATURE_BYTES = 64;

  private final @Nullable String id;
  private final JwtAlgorithm algorithm;
  private final Check check;

  private VerificationKey(@Nullable String id, JwtAlgorithm algorithm, Check check) {
    this.id = id;
    this.algorithm = algorithm;
    this.check = check;
  }

  /**
   * The key that a JWK holds. An RSA key that names no algorithm is one for RS256.
   *
   * @throws IllegalArgumentException if it is not for signatures, too weak, or of a kind or
   *     algorithm that is not supported
   */
  static VerificationKey of(JWK key) {
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      throw new IllegalArgumentException("use: " + key.getKeyUse() + " (expected: sig)");
    }
    Set<KeyOperation> operations = key.getKeyOperations();
    if (operations != null && !operations.contains(KeyOperation.VERIFY)) {
      throw new IllegalArgumentException("key_ops: without verify (expected: verify)");
    }
    try {
      return switch (key) {
        case OctetSequenceKey secret ->
            ofSecret(secret.getKeyID(), named(key, JwtAlgorithm.HS256), secret.toByteArray());
        case RSAKey rsa -> ofRsa(rsa);
        case ECKey ec -> ofEc(ec);
        case OctetKeyPair pair -> ofPair(pair);
        default ->
            throw new IllegalArgumentException(
                "kty: not supported (expected: oct, RSA, EC or OKP)");
      };
    } catch (JOSEException | GeneralSecurityException unfit) {
      throw new IllegalArgumentException("key: not usable"); // the cause may quote it
    }
  }

  /**
   * A secret for HS256.
   *
   * @throws IllegalArgumentException if it is short or weak
   */
  static VerificationKey ofSecret(byte[] secret) {
    try {
      return ofSecret(null, JwtAlgorithm.HS256, secret);
    } catch (JOSEException unfit) {
      throw new IllegalArgumentException("secret: not usable");
    }
  }

  private static VerificationKey ofSecret(
      @Nullable String id, JwtAlgorithm algorithm, byte[] secret) throws JOSEException {
    return new VerificationKey(
        id, algorithm, nimbus(algorithm, new MACVerifier(Secrets.require("secret", secret))));
  }

  private static VerificationKey ofRsa(RSAKey key) throws JOSEException {
    int bits = key.size();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new IllegalArgumentException("RSA key: " + bits + " bits (expected: 2048-8192)");
    }
    JwtAlgorithm algorithm = named(key, JwtAlgorithm.RS256, JwtAlgorithm.PS256);
    return new VerificationKey(
        key.getKeyID(), algorithm, nimbus(algorithm, new RSASSAVerifier(key.toRSAPublicKey())));
  }

  private static VerificationKey ofEc(ECKey key) throws JOSEException {
    if (!key.getCurve().equals(Curve.P_256)) {
      throw new IllegalArgumentException("crv: " + key.getCurve() + " (expected: P-256)");
    }
    JwtAlgorithm algorithm = named(key, JwtAlgorithm.ES256);
    return new VerificationKey(
        key.getKeyID(), algorithm, nimbus(algorithm, new ECDSAVerifier(key.toECPublicKey())));
  }

  private static VerificationKey ofPair(OctetKeyPair key) throws GeneralSecurityException {
    if (!key.getCurve().equals(Curve.Ed25519)) {
      throw new IllegalArgumentException("crv: " + key.getCurve() + " (expected: Ed25519)");
    }
    PublicKey known = Ed25519.publicKey(key.getDecodedX());
    return new VerificationKey(
        key.getKeyID(),
        named(key, JwtAlgorithm.EDDSA),
        (signed, signature) -> ed25519(known, signed, signature.decode()));
  }

  /** The algorithm that a key names, which must be one of these; the first if it names none. */
  private static JwtAlgorithm named(JWK key, JwtAlgorithm... fit) {
    if (key.getAlgorithm() == null) {
      return fit[0];
    }
    String name = key.getAlgorithm().getName();
    for (JwtAlgorithm each : fit) {
      if (each.isNamed(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "alg: not supported for this key (expected: " + fit[0] + " or none)");
  }

  private static Check nimbus(JwtAlgorithm algorithm, JWSVerifier verifier) {
    JWSHeader header = algorithm.header();
    return (signed, signature) -> verifier.verify(header, signed, signature);
  }

  private static boolean ed25519(PublicKey key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    if (signature.length != ED25519_SIGNATURE_BYTES) {
      return false;
    }
    Signature engine = Ed25519.engine();
    engine.initVerify(key);
    engine.update(signed);
    return engine.verify(signature);
  }

  /** The {@code kid}, or null. */
  @Nullable String id() {
    return id;
  }

  JwtAlgorithm algorithm() {
    return algorithm;
  }

  /** Whether this key made the signature. */
  boolean verifies(byte[] signed, Base64URL signature) {
    try {
      return check.verifies(signed, signature);
    } catch (JOSEException | GeneralSecurityException malformed) {
      return false;
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "VerificationKey[" + algorithm + "]";
  }

  private interface Check {
    boolean verifies(byte[] signed, Base64URL signature)
        throws JOSEException, GeneralSecurityException;
  }
}
