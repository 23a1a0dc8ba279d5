package dev.switchboard.security;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;

/** How tokens are signed (RFC 7518 §3.1, RFC 8037 §3.1). */
public enum JwtAlgorithm {
  /** HMAC with SHA-256 and a secret that signs and verifies. */
  HS256("HS256"),
  /** RSA with PKCS #1 v1.5 padding and SHA-256. */
  RS256("RS256"),
  /** RSA with PSS padding and SHA-256. */
  PS256("PS256"),
  /** ECDSA on the curve P-256 with SHA-256. */
  ES256("ES256"),
  /** Ed25519; a token may call it {@code EdDSA} or {@code Ed25519} (RFC 9864 §2.2). */
  EDDSA("EdDSA");

  private static final String ED25519 = "Ed25519";

  private final String id;

  JwtAlgorithm(String id) {
    this.id = id;
  }

  /** The name in the {@code alg} of a token, such as {@code EdDSA}. */
  public String id() {
    return id;
  }

  /**
   * The algorithm of that name, in upper or lower case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static JwtAlgorithm of(String id) {
    for (JwtAlgorithm each : values()) {
      if (each.id.equalsIgnoreCase(id)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "algorithm: " + id + " (expected: HS256, RS256, PS256, ES256 or EdDSA)");
  }

  /** Whether {@code alg} in a token or a key means this algorithm; upper and lower case differ. */
  boolean isNamed(String alg) {
    return alg.equals(id) || (this == EDDSA && alg.equals(ED25519));
  }

  /** A header that names this algorithm and nothing else, for Nimbus. */
  JWSHeader header() {
    return new JWSHeader(JWSAlgorithm.parse(id));
  }

  @Override
  public String toString() {
    return id;
  }
}
