package dev.switchboard.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.Credentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens and keys of other people's software: the RFCs, Node, OpenSSL. And what Node says of ours.
 */
@Tag("A15")
class ForeignTokensTest {
  /** RFC 7515 appendix A. */
  private static final String RFC_CLAIMS =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

  /** Makes the key pair or secret that the first argument names, and a token signed with it. */
  private static final String NODE_SIGNS =
      """
      const crypto = require('crypto'), fs = require('fs');
      const [alg, keyFile] = process.argv.slice(1);
      const kinds = {
        RS256: ['rsa', {modulusLength: 2048}], PS256: ['rsa', {modulusLength: 2048}],
        ES256: ['ec', {namedCurve: 'P-256'}], EdDSA: ['ed25519', {}]};
      const text = value => Buffer.from(JSON.stringify(value)).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      const input = text({alg, typ: 'JWT', kid: 'n1'}) + '.' + text(
        {sub: 'bjørn', aud: ['chat', 'files'], iss: 'node', iat: now, exp: now + 60, roles: ['admin'], jti: 'x'});
      let signature;
      if (alg === 'HS256') {
        const secret = crypto.randomBytes(32);
        fs.writeFileSync(keyFile, JSON.stringify({kty: 'oct', kid: 'n1', k: secret.toString('base64url')}));
        signature = crypto.createHmac('sha256', secret).update(input).digest();
      } else {
        const pair = crypto.generateKeyPairSync(...kinds[alg]);
        const jwk = {...pair.publicKey.export({format: 'jwk'}), kid: 'n1', alg, use: 'sig'};
        fs.writeFileSync(keyFile, JSON.stringify(jwk));
        fs.writeFileSync(keyFile + '.pem', pair.publicKey.export({format: 'pem', type: 'spki'}));
        const how = {key: pair.privateKey, dsaEncoding: 'ieee-p1363'};
        if (alg === 'PS256') Object.assign(how, {padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32});
        signature = crypto.sign(alg === 'EdDSA' ? null : 'sha256', input, how);
      }
      console.log(input + '.' + signature.toString('base64url'));
      """;

  /** Prints the claims of a token, if the key in a file made it. */
  private static final String NODE_VERIFIES =
      """
      const crypto = require('crypto'), fs = require('fs');
      const [alg, keyFile, token] = process.argv.slice(1);
      const jwk = JSON.parse(fs.readFileSync(keyFile));
      const [header, claims, signature] = token.split('.');
      const input = header + '.' + claims, bytes = Buffer.from(signature, 'base64url');
      let good;
      if (alg === 'HS256') {
        const mac = crypto.createHmac('sha256', Buffer.from(jwk.k, 'base64url')).update(input).digest();
        good = crypto.timingSafeEqual(mac, bytes);
      } else {
        const how = {key: crypto.createPublicKey({key: jwk, format: 'jwk'}), dsaEncoding: 'ieee-p1363'};
        if (alg === 'PS256') Object.assign(how, {padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32});
        good = crypto.verify(alg === 'EdDSA' ? null : 'sha256', input, how, bytes);
      }
      if (!good) throw new Error('not good');
      console.log(Buffer.from(claims, 'base64url').toString());
      """;

  @TempDir private Path folder;

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s says %s", List.of(command), said).isZero();
    return said.strip();
  }

  private static AuthenticatedUser user(JwtAuthenticator.Builder options, String token)
      throws Exception {
    return options.build().authenticate(new Credentials(Credentials.Kind.TOKEN, token));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "RS256", "PS256", "ES256", "EdDSA"})
  void tokensOfNodeAreAccepted(String algorithm) throws Exception {
    Path key = folder.resolve("key");
    String token = run("node", "-e", NODE_SIGNS, algorithm, key.toString());
    AuthenticatedUser user =
        user(JwtAuthenticator.builder().keyFile(key).issuer("node").audience("chat"), token);
    assertThat(user.name()).isEqualTo("bjørn");
    assertThat(user.roles()).containsExactly("admin");
    assertThat(user.credentialId()).isEqualTo("x");
    if (!List.of("HS256", "PS256").contains(algorithm)) { // PEM has no place for an algorithm
      Path pem = folder.resolve("key.pem");
      assertThat(user(JwtAuthenticator.builder().keyFile(pem).audience("chat"), token).name())
          .isEqualTo("bjørn");
    }
  }

  @ParameterizedTest
  @EnumSource
  void nodeAcceptsOurTokens(JwtAlgorithm algorithm) throws Exception {
    TokenKey key = TokenKey.generate(algorithm);
    Path file = folder.resolve("key");
    String jwk = algorithm == JwtAlgorithm.HS256 ? key.secretJson() : key.publicJson();
    Files.writeString(file, jwk);
    String token = key.token("bjørn").role("admin").audience("chat").sign();
    assertThat(run("node", "-e", NODE_VERIFIES, algorithm.id(), file.toString(), token))
        .contains("\"sub\":\"bjørn\"", "\"aud\":\"chat\"", "\"roles\":[\"admin\"]", "\"exp\":");
  }

  @Test
  void aTokenAndKeyOfOpenSslAreAccepted() throws Exception {
    run("openssl", "genrsa", "-out", "key.pem", "2048");
    run("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem");
    long end = Instant.now().getEpochSecond() + 60;
    String signed =
        Forge.encoded("{\"alg\":\"RS256\"}")
            + "."
            + Forge.encoded("{\"sub\":\"ann\",\"aud\":\"chat\",\"exp\":%d}".formatted(end));
    Files.writeString(folder.resolve("signed"), signed);
    run("openssl", "dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "signed");
    byte[] signature = Files.readAllBytes(folder.resolve("signature"));
    JwtAuthenticator.Builder options =
        JwtAuthenticator.builder().keyFile(folder.resolve("public.pem")).audience("chat");
    assertThat(user(options, signed + "." + Forge.encoded(signature)).name()).isEqualTo("ann");
  }

  private AuthenticatedUser fromRfc(String key, String token) throws Exception {
    Path file = Files.writeString(folder.resolve("rfc.jwk"), key);
    return user(
        JwtAuthenticator.builder()
            .keyFile(file)
            .anyAudience()
            .issuer("joe")
            .nameClaim("iss")
            .clock(() -> Instant.ofEpochSecond(1300819379)),
        token);
  }

  @Test
  void theTokensOfTheStandardAreAccepted() throws Exception {
    String hs =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
            + RFC_CLAIMS
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    String secret =
        "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}";
    assertThat(fromRfc(secret, hs).name()).isEqualTo("joe");
    String es =
        "eyJhbGciOiJFUzI1NiJ9."
            + RFC_CLAIMS
            + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    String point =
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
            + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
    AuthenticatedUser joe = fromRfc(point, es);
    assertThat(joe.claims()).containsEntry("http://example.com/is_root", true);
    assertThat(joe.expiresAt()).isEqualTo(Instant.ofEpochSecond(1300819380 + 30));
  }

  /** RFC 8037 appendix A.4 signs no claims, so only its signature is looked at. */
  @Test
  void theEd25519SignatureOfTheStandardIsGood() throws Exception {
    String jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    VerificationKey key = VerificationKey.of(KeyFile.jwk(jwk.getBytes(StandardCharsets.UTF_8)));
    String signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    String signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assertThat(Base64.getUrlDecoder().decode(signature)).hasSize(64);
    assertThat(key.verifies(signed.getBytes(StandardCharsets.US_ASCII), new Base64URL(signature)))
        .isTrue();
  }
}
