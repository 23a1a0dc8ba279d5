package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.switchboard.spi.Credentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("A15")
class KeyFileTest {
  @TempDir private Path folder;

  private Path file(String content) throws Exception {
    return Files.writeString(folder.resolve("key"), content);
  }

  private static void accepts(JwtAuthenticator.Builder keys, String token) throws Exception {
    JwtAuthenticator authenticator =
        keys.audience("chat").issuer(Forge.ISSUER).clock(() -> Forge.NOW).build();
    assertThat(authenticator.authenticate(new Credentials(Credentials.Kind.TOKEN, token)).name())
        .isEqualTo("ann");
  }

  private static String signed(String algorithm, KeyPair pair) {
    return Forge.token(algorithm, pair.getPrivate(), Forge.claims());
  }

  @Test
  void aPublicKeyMayBeInPem() throws Exception {
    for (String algorithm : new String[] {"RS256", "ES256", "EdDSA"}) {
      KeyPair pair =
          switch (algorithm) {
            case "RS256" -> Forge.RSA;
            case "ES256" -> Forge.EC;
            default -> Forge.ED;
          };
      Path pem = file(Forge.pem("PUBLIC KEY", pair.getPublic().getEncoded()));
      accepts(JwtAuthenticator.builder().keyFile(pem), signed(algorithm, pair));
      Path jwk = file(Forge.jwk(pair.getPublic(), "\"use\":\"sig\""));
      accepts(JwtAuthenticator.builder().keyFile(jwk), signed(algorithm, pair));
    }
  }

  @Test
  void anRsaKeyIsForPs256IfItsJwkSaysSo() throws Exception {
    Path jwk = file(Forge.jwk(Forge.RSA.getPublic(), "\"alg\":\"PS256\""));
    accepts(JwtAuthenticator.builder().keyFile(jwk), signed("PS256", Forge.RSA));
  }

  @Test
  void aFileMayHoldASet() throws Exception {
    Path set =
        file(
            "{\"keys\":["
                + Forge.jwk(Forge.EC.getPublic(), "\"kid\":\"old\"")
                + ","
                + Forge.jwk(Forge.ED.getPublic(), "\"kid\":\"new\"")
                + "]}");
    JwtAuthenticator.Builder keys = JwtAuthenticator.builder().keyFile(set);
    accepts(keys, signed("ES256", Forge.EC));
    accepts(keys, signed("EdDSA", Forge.ED));
    String named =
        Forge.token(
            "EdDSA",
            Forge.ED.getPrivate(),
            "{\"alg\":\"EdDSA\",\"kid\":\"new\"}",
            Forge.claims().toString());
    accepts(keys, named);
  }

  @Test
  void aSecretIsTheBytesOfAFileOrAJwk() throws Exception {
    String hex = HexFormat.of().formatHex(Forge.SECRET);
    SecretKeySpec text = new SecretKeySpec(hex.getBytes(StandardCharsets.US_ASCII), "HmacSHA256");
    for (String end : new String[] {"", "\n", "\r\n"}) {
      Path raw = file(hex + end);
      accepts(
          JwtAuthenticator.builder().secretFile(raw), Forge.token("HS256", text, Forge.claims()));
    }
    Path jwk = file("{\"kty\":\"oct\",\"k\":\"" + Forge.encoded(Forge.SECRET) + "\"}");
    String token = Forge.token("HS256", Forge.HS, Forge.claims());
    accepts(JwtAuthenticator.builder().secretFile(jwk), token);
    accepts(JwtAuthenticator.builder().keyFile(jwk), token);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hunter2",
        "0123456789abcdefghijklmnopqrstu",
        "00000000000000000000000000000000",
        "passwordpasswordpasswordpassword",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "9876543210zyxwvutsrqponmlkjihgfedcba",
        "0123456789abcdef0123456789abcdef",
        "a-string-secret-at-least-256-bits-long",
        "My-App-Your-256-bit-secret-xK29sLq0",
        "please-changeme-before-production-ok",
        "abababcdcdcdababababcdcdcdababab"
      })
  void aSecretThatIsShortOrEasyToGuessIsRefused(String secret) throws Exception {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    Path file = file(secret + "\n");
    String rule = "(expected: at least 32 random bytes; make them with: openssl rand -hex 32)";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtAuthenticator.builder().secret(bytes))
        .withMessageStartingWith("secret: ")
        .withMessageEndingWith(rule);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtAuthenticator.builder().secretFile(file))
        .withMessageStartingWith("secret file: " + file)
        .withMessageEndingWith(rule)
        .extracting(Throwable::getMessage)
        .matches(told -> secret.isEmpty() || !told.contains(secret));
  }

  private void keyRefused(String content, String told) throws Exception {
    Path file = file(content);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtAuthenticator.builder().keyFile(file))
        .withMessageStartingWith("key file: " + file + ": " + told)
        .withNoCause();
  }

  @Test
  void aPrivateKeyIsRefused() throws Exception {
    keyRefused(TokenKey.generate(JwtAlgorithm.ES256).secretJson(), "a private key");
    keyRefused(TokenKey.generate(JwtAlgorithm.EDDSA).secretJson(), "a private key");
    keyRefused(
        Forge.pem("PRIVATE KEY", Forge.EC.getPrivate().getEncoded()),
        "PEM, but not of one public key");
  }

  @Test
  void aKeyThatIsWeakOrForSomethingElseIsRefused() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1024);
    byte[] small = rsa.generateKeyPair().getPublic().getEncoded();
    keyRefused(Forge.pem("PUBLIC KEY", small), "RSA key: 1024 bits (expected: 2048-8192)");
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp384r1"));
    byte[] other = ec.generateKeyPair().getPublic().getEncoded();
    keyRefused(Forge.pem("PUBLIC KEY", other), "crv: P-384 (expected: P-256)");
    keyRefused(Forge.jwk(Forge.EC.getPublic(), "\"use\":\"enc\""), "use: enc (expected: sig)");
    keyRefused(
        Forge.jwk(Forge.EC.getPublic(), "\"key_ops\":[\"deriveKey\"]"), "key_ops: without verify");
    keyRefused(Forge.jwk(Forge.EC.getPublic(), "\"alg\":\"HS256\""), "alg: not supported");
    keyRefused(Forge.jwk(Forge.RSA.getPublic(), "\"alg\":\"none\""), "alg: not supported");
    keyRefused("{\"kty\":\"oct\",\"k\":\"aHVudGVyMg\"}", "secret: 7 bytes");
    keyRefused(
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
        "a broken JWK"); // not on the curve
    keyRefused(
        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" + Forge.encoded(new byte[32]) + "\"}",
        "crv: X25519");
    keyRefused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", "key: not usable");
  }

  @Test
  void aFileThatHoldsNoKeyIsRefused() throws Exception {
    keyRefused("", "no key");
    keyRefused("hunter2", "no key");
    keyRefused("{}", "no key");
    keyRefused("{\"kty\":\"oct\"}", "a broken JWK");
    keyRefused("{\"kty\":7}", "a broken JWK");
    keyRefused("{\"keys\":[]}", "an empty JWK set");
    keyRefused("{\"keys\":[1]}", "a broken JWK set");
    keyRefused(
        "-----BEGIN PUBLIC KEY-----\n????\n-----END PUBLIC KEY-----\n", "PEM, but not of one");
    keyRefused(
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "PEM of an unknown key");
    keyRefused(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "PEM, but not of one");
    keyRefused(" ".repeat(65 * 1024), "too large");
    Path missing = folder.resolve("missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtAuthenticator.builder().keyFile(missing))
        .withMessageStartingWith("key file: " + missing + ": can't be read");
  }

  @Test
  void aPublicKeyIsNoSecret() throws Exception {
    for (String content :
        new String[] {
          Forge.pem("PUBLIC KEY", Forge.RSA.getPublic().getEncoded()),
          Forge.jwk(Forge.RSA.getPublic(), ""),
          "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 ann@example.com"
        }) {
      Path file = file(content);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JwtAuthenticator.builder().secretFile(file))
          .withMessageStartingWith("secret file: " + file + ": a ");
    }
  }
}
