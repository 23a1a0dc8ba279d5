package dev.switchboard.e2e.hostile;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens of any text by the JDK alone, as an attacker does. */
final class Forger {
  static final String ISSUER = "https://login.example.com";
  static final String AUDIENCE = "chat";
  static final byte[] SECRET = random(32);
  static final Key HS = secret(SECRET);
  static final KeyPair RSA = pair("RSA");
  static final KeyPair EC = pair("EC");

  private Forger() {}

  static Key secret(byte[] bytes) {
    return new SecretKeySpec(bytes, "HmacSHA256");
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return random;
  }

  static KeyPair pair(String kind) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (kind.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Returns a token that is signed as the algorithm says, whatever its header says. */
  static String token(String algorithm, Key key, String header, String claims) {
    String signed = encoded(header) + "." + encoded(claims);
    return signed + "." + encoded(signature(algorithm, key, signed));
  }

  /** Returns a token for HS256 with those claims. */
  static String token(String claims) {
    return token("HS256", HS, "{\"alg\":\"HS256\"}", claims);
  }

  private static byte[] signature(String algorithm, Key key, String signed) {
    byte[] bytes = signed.getBytes(StandardCharsets.US_ASCII);
    try {
      if (algorithm.equals("HS256")) {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return mac.doFinal(bytes);
      }
      Signature engine =
          Signature.getInstance(
              algorithm.equals("RS256") ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
      engine.initSign((PrivateKey) key);
      engine.update(bytes);
      return engine.sign();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static String encoded(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns good claims for that user. */
  static String claims(String user) {
    return claims(user, ISSUER, AUDIENCE, 600);
  }

  /** Returns claims that expire in so many seconds. */
  static String claims(String user, String issuer, String audience, long expiresIn) {
    long now = Instant.now().getEpochSecond();
    return "{\"sub\":\"%s\",\"iss\":\"%s\",\"aud\":\"%s\",\"iat\":%d,\"exp\":%d}"
        .formatted(user, issuer, audience, now - 1000, now + expiresIn);
  }

  /** Returns the token with one of its three parts replaced. */
  static String replaced(String token, int index, String part) {
    String[] parts = token.split("\\.", -1);
    parts[index] = part;
    return String.join(".", parts);
  }

  static String part(String token, int index) {
    return token.split("\\.", -1)[index];
  }
}
