package dev.switchboard.security;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Ed25519 as the JDK has it, with keys as JWK has them: 32 bytes (RFC 8037 §2). Nimbus would need
 * another library for it. Stateless.
 */
final class Ed25519 {
  static final int KEY_BYTES = 32;
  private static final String NAME = "Ed25519";

  /** What stands before the 32 bytes in DER (RFC 8410 §4, §7). */
  private static final byte[] PUBLIC = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final byte[] PRIVATE = HexFormat.of().parseHex("302e020100300506032b657004220420");

  private Ed25519() {}

  static Signature engine() throws GeneralSecurityException {
    return Signature.getInstance(NAME);
  }

  static PublicKey publicKey(byte[] x) throws GeneralSecurityException {
    return KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(der(PUBLIC, x)));
  }

  static PrivateKey privateKey(byte[] d) throws GeneralSecurityException {
    return KeyFactory.getInstance(NAME).generatePrivate(new PKCS8EncodedKeySpec(der(PRIVATE, d)));
  }

  /** The public key as a JWK. */
  static OctetKeyPair.Builder jwk(PublicKey key) {
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(end(key.getEncoded())));
  }

  /** A new key pair as a JWK. */
  static OctetKeyPair.Builder generate() throws GeneralSecurityException {
    KeyPair made = KeyPairGenerator.getInstance(NAME).generateKeyPair();
    return jwk(made.getPublic()).d(Base64URL.encode(end(made.getPrivate().getEncoded())));
  }

  private static byte[] der(byte[] before, byte[] key) throws GeneralSecurityException {
    if (key.length != KEY_BYTES) {
      throw new GeneralSecurityException("key: " + key.length + " bytes (expected: 32)");
    }
    byte[] all = Arrays.copyOf(before, before.length + KEY_BYTES);
    System.arraycopy(key, 0, all, before.length, KEY_BYTES);
    return all;
  }

  private static byte[] end(byte[] der) {
    return Arrays.copyOfRange(der, der.length - KEY_BYTES, der.length);
  }
}
