package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Credentials;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("A15")
class TokenKeyTest {
  @TempDir private Path folder;

  private JwtAuthenticator.Builder verifying(TokenKey key) throws Exception {
    Path file = folder.resolve("verifying.jwk");
    String jwk = key.algorithm() == JwtAlgorithm.HS256 ? key.secretJson() : key.publicJson();
    Files.writeString(file, jwk);
    return JwtAuthenticator.builder().keyFile(file).audience("chat").clock(() -> Forge.NOW);
  }

  private static AuthenticatedUser user(JwtAuthenticator.Builder options, String token)
      throws Exception {
    return options.build().authenticate(new Credentials(Credentials.Kind.TOKEN, token));
  }

  @ParameterizedTest
  @EnumSource
  void whatAKeySignsItsPublicHalfAccepts(JwtAlgorithm algorithm) throws Exception {
    TokenKey key = TokenKey.generate(algorithm);
    String token =
        key.token("ann")
            .role("admin")
            .role("staff")
            .audience("chat")
            .issuer(Forge.ISSUER)
            .claim("team", 7)
            .expiresIn(Duration.ofMinutes(5))
            .clock(() -> Forge.NOW)
            .sign();
    AuthenticatedUser ann = user(verifying(key).issuer(Forge.ISSUER), token);
    assertThat(ann.name()).isEqualTo("ann");
    assertThat(ann.roles()).isEqualTo(Set.of("admin", "staff"));
    assertThat(ann.claims()).containsEntry("team", 7);
    assertThat(ann.expiresAt()).isEqualTo(Forge.NOW.plusSeconds(300 + 30));
    assertThat(ann.credentialId()).hasSize(22);
  }

  @ParameterizedTest
  @EnumSource(names = {"HS256", "ES256", "EDDSA"})
  void aKeyIsWrittenForItsOwnerOnlyAndNeverOverwritten(JwtAlgorithm algorithm) throws Exception {
    Path file = folder.resolve("chat.jwk");
    TokenKey key = TokenKey.generate(algorithm);
    key.write(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String content = Files.readString(file);
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> TokenKey.generate(algorithm).write(file));
    assertThat(file).hasContent(content);
    TokenKey again = TokenKey.read(file);
    String token = again.token("ann").audience("chat").clock(() -> Forge.NOW).sign();
    assertThat(user(verifying(key), token).name()).isEqualTo("ann");
    assertThat(again.id()).isEqualTo(key.id()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void nothingShowsTheSecret(JwtAlgorithm algorithm) {
    TokenKey key = TokenKey.generate(algorithm);
    assertThat(key.toString()).isEqualTo("TokenKey[" + algorithm.id() + ", " + key.id() + "]");
    if (algorithm == JwtAlgorithm.HS256) {
      assertThatIllegalStateException()
          .isThrownBy(key::publicJson)
          .withMessageStartingWith("a secret for HS256 has no public half");
    } else {
      assertThat(key.publicJson()).doesNotContain("\"d\"", "\"p\"", "\"q\"", "\"dp\"");
      assertThat(key.secretJson()).contains("\"d\"");
    }
  }

  @Test
  void noTwoKeysAreTheSameNorTwoTokens() {
    TokenKey key = TokenKey.generate(JwtAlgorithm.HS256);
    assertThat(TokenKey.generate(JwtAlgorithm.HS256).secretJson()).isNotEqualTo(key.secretJson());
    assertThat(key.token("ann").sign()).isNotEqualTo(key.token("ann").sign());
  }

  @Test
  void aPublicOrWeakKeySignsNothing() {
    String half = TokenKey.generate(JwtAlgorithm.ES256).publicJson();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenKey.parse(half))
        .withMessageStartingWith("a public key (expected: the private one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenKey.parse("{\"kty\":\"oct\",\"k\":\"aHVudGVyMg\"}"))
        .withMessageStartingWith("secret: 7 bytes");
    for (String other : new String[] {"", "hunter2", "{}", "[]", "{\"kty\":\"oct\",\"k\":7}"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TokenKey.parse(other))
          .satisfies(told -> assertThat(told.getMessage()).doesNotContain("hunter2"))
          .withNoCause();
    }
    Path missing = folder.resolve("missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenKey.read(missing))
        .withMessageStartingWith(missing + ": can't be read");
  }

  @Test
  void whatNoServerAcceptsIsNotSigned() {
    TokenKey key = TokenKey.generate(JwtAlgorithm.HS256);
    assertThatIllegalArgumentException().isThrownBy(() -> key.token("a\nb"));
    TokenBuilder token = key.token("ann");
    assertThatIllegalArgumentException().isThrownBy(() -> token.role(""));
    assertThatIllegalArgumentException().isThrownBy(() -> token.audience("a\u0000"));
    assertThatIllegalArgumentException().isThrownBy(() -> token.claim("exp", 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> token.expiresIn(Duration.ZERO))
        .withMessage("expires: 0 s (expected: 1 second to 366 days)");
    assertThatIllegalArgumentException().isThrownBy(() -> token.expiresIn(Duration.ofDays(367)));
  }

  @Test
  void algorithmsAreKnownByName() {
    assertThat(JwtAlgorithm.of("eddsa")).isSameAs(JwtAlgorithm.EDDSA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtAlgorithm.of("none"))
        .withMessage("algorithm: none (expected: HS256, RS256, PS256, ES256 or EdDSA)");
  }
}
