package dev.switchboard.security;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes tokens of any text, by the JDK alone: nothing that is tested here is used to make what it
 * is tested with.
 */
final class Forge {
  static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  static final String ISSUER = "https://login.example.com";

  static final byte[] SECRET = random(32);
  static final SecretKey HS = new SecretKeySpec(SECRET, "HmacSHA256");
  static final KeyPair RSA = pair("RSA");
  static final KeyPair EC = pair("EC");
  static final KeyPair ED = pair("Ed25519");

  private Forge() {}

  static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return random;
  }

  static KeyPair pair(String kind) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (kind.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else if (kind.equals("RSA")) {
        generator.initialize(2048);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** A token, signed as the name says, whatever its header says. */
  static String token(String algorithm, Key key, String header, String claims) {
    String signed = encoded(header) + "." + encoded(claims);
    return signed + "." + encoded(signature(algorithm, key, signed));
  }

  static String token(String algorithm, Key key, Json claims) {
    return token(algorithm, key, "{\"alg\":\"%s\"}".formatted(algorithm), claims.toString());
  }

  static byte[] signature(String algorithm, Key key, String signed) {
    byte[] bytes = signed.getBytes(StandardCharsets.US_ASCII);
    try {
      if (algorithm.equals("HS256")) {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return mac.doFinal(bytes);
      }
      Signature engine =
          Signature.getInstance(
              switch (algorithm) {
                case "RS256" -> "SHA256withRSA";
                case "PS256" -> "RSASSA-PSS";
                case "ES256" -> "SHA256withECDSAinP1363Format";
                default -> "Ed25519";
              });
      if (algorithm.equals("PS256")) {
        engine.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      }
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

  static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind);
  }

  /** The public key as a JWK, with more members. */
  static String jwk(PublicKey key, String more) {
    String members =
        switch (key) {
          case RSAPublicKey rsa ->
              "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\""
                  .formatted(unsigned(rsa.getModulus(), 256), unsigned(rsa.getPublicExponent(), 3));
          case ECPublicKey ec ->
              "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\""
                  .formatted(
                      unsigned(ec.getW().getAffineX(), 32), unsigned(ec.getW().getAffineY(), 32));
          default -> {
            byte[] der = key.getEncoded();
            yield "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\""
                .formatted(encoded(Arrays.copyOfRange(der, der.length - 32, der.length)));
          }
        };
    return "{" + members + (more.isEmpty() ? "" : "," + more) + "}";
  }

  static String unsigned(BigInteger number, int bytes) {
    byte[] all = new byte[bytes];
    byte[] has = number.toByteArray();
    int length = Math.min(has.length, bytes);
    System.arraycopy(has, has.length - length, all, bytes - length, length);
    return encoded(all);
  }

  /** Good claims, to be spoilt. */
  static Json claims() {
    long now = NOW.getEpochSecond();
    return new Json()
        .with("sub", "\"ann\"")
        .with("iss", "\"" + ISSUER + "\"")
        .with("aud", "\"chat\"")
        .with("iat", String.valueOf(now - 10))
        .with("exp", String.valueOf(now + 600));
  }

  /** An object whose values are JSON as they stand here, well formed or not. */
  static final class Json {
    private final Map<String, String> members = new LinkedHashMap<>();

    Json with(String name, String json) {
      members.put(name, json);
      return this;
    }

    Json without(String name) {
      members.remove(name);
      return this;
    }

    @Override
    public String toString() {
      return members.entrySet().stream()
          .map(member -> "\"" + member.getKey() + "\":" + member.getValue())
          .collect(Collectors.joining(",", "{", "}"));
    }
  }
}
