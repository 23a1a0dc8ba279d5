package dev.switchboard.security;

import static dev.switchboard.security.Forge.EC;
import static dev.switchboard.security.Forge.ED;
import static dev.switchboard.security.Forge.HS;
import static dev.switchboard.security.Forge.NOW;
import static dev.switchboard.security.Forge.RSA;
import static dev.switchboard.security.Forge.SECRET;
import static dev.switchboard.security.Forge.claims;
import static dev.switchboard.security.Forge.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.spi.AuthenticatedUser;
import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("A15")
class JwtAuthenticatorTest {
  private static JwtAuthenticator.Builder options() {
    return JwtAuthenticator.builder()
        .secret(SECRET)
        .issuer(Forge.ISSUER)
        .audience("chat")
        .clock(() -> NOW);
  }

  private static AuthenticatedUser user(JwtAuthenticator.Builder options, String token)
      throws AuthenticationException, InterruptedException {
    return options.build().authenticate(new Credentials(Credentials.Kind.TOKEN, token));
  }

  private static AuthenticatedUser user(JwtAuthenticator.Builder options, Forge.Json claims)
      throws AuthenticationException, InterruptedException {
    return user(options, token("HS256", HS, claims));
  }

  private static void refused(JwtAuthenticator.Builder options, String token, String told) {
    assertThatThrownBy(() -> user(options, token))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("token: " + told);
  }

  @Test
  void aTokenGivesNameClaimsRolesEndAndId() throws Exception {
    AuthenticatedUser ann =
        user(
            options(),
            claims()
                .with("roles", "[\"admin\",\"staff\"]")
                .with("jti", "\"t-1\"")
                .with("team", "{\"id\":7,\"lead\":null}")
                .with("nickname", "null"));
    assertThat(ann.name()).isEqualTo("ann");
    assertThat(ann.roles()).containsExactlyInAnyOrder("admin", "staff");
    assertThat(ann.expiresAt()).isEqualTo(NOW.plusSeconds(600 + 30));
    assertThat(ann.credentialId()).isEqualTo("t-1");
    assertThat(ann.claims())
        .containsKeys("sub", "iss", "aud", "iat", "exp", "roles", "jti", "team")
        .doesNotContainKey("nickname");
    Map<?, ?> team = ann.claim("team", Map.class).orElseThrow();
    assertThat(team.get("id")).isEqualTo(7);
    assertThatThrownBy(team::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aTokenWithoutRolesOrIdGivesNone() throws Exception {
    AuthenticatedUser ann = user(options(), claims());
    assertThat(ann.roles()).isEmpty();
    assertThat(ann.credentialId()).isNull();
  }

  @Test
  void aCookieMayHoldAToken() throws Exception {
    Credentials cookie = new Credentials(Credentials.Kind.COOKIE, token("HS256", HS, claims()));
    assertThat(options().build().authenticate(cookie).name()).isEqualTo("ann");
  }

  @Test
  void theAlgorithmIsThatOfTheKey() throws Exception {
    JwtAuthenticator.Builder all =
        options().publicKey(RSA.getPublic()).publicKey(EC.getPublic()).publicKey(ED.getPublic());
    assertThat(user(all, token("RS256", RSA.getPrivate(), claims())).name()).isEqualTo("ann");
    assertThat(user(all, token("ES256", EC.getPrivate(), claims())).name()).isEqualTo("ann");
    assertThat(user(all, token("EdDSA", ED.getPrivate(), claims())).name()).isEqualTo("ann");
    assertThat(user(all, token("Ed25519", ED.getPrivate(), claims())).name()).isEqualTo("ann");
    refused(all, token("PS256", RSA.getPrivate(), claims()), "not signed by a known key");
  }

  @Test
  void clocksMayDifferByTheLeeway() throws Exception {
    long now = NOW.getEpochSecond();
    user(options(), claims().with("exp", String.valueOf(now - 29)));
    user(options(), claims().with("exp", (now - 30) + ".5"));
    user(options(), claims().with("nbf", String.valueOf(now + 30)));
    user(options(), claims().with("iat", String.valueOf(now + 30)));
    JwtAuthenticator.Builder exact = options().leeway(Duration.ZERO);
    user(exact, claims().with("exp", String.valueOf(now + 1)).with("nbf", String.valueOf(now)));
    refused(exact, token("HS256", HS, claims().with("exp", String.valueOf(now))), "expired");
    refused(
        exact, token("HS256", HS, claims().with("nbf", String.valueOf(now + 1))), "not valid yet");
  }

  @Test
  void whoIsAcceptedIsSaid() throws Exception {
    user(options(), claims().with("aud", "[\"files\",\"chat\"]"));
    user(options().audience("mail", "chat"), claims());
    user(options().anyAudience(), claims().without("aud"));
    user(options().issuer("https://other.example", Forge.ISSUER), claims());
    JwtAuthenticator.Builder noIssuer =
        JwtAuthenticator.builder().secret(SECRET).audience("chat").clock(() -> NOW);
    user(noIssuer, claims().without("iss"));
  }

  @Test
  void aTokenMayLastForEverIfThatIsSaid() throws Exception {
    JwtAuthenticator.Builder lasting = options().allowNoExpiry();
    assertThat(user(lasting, claims().without("exp")).expiresAt()).isNull();
    refused(lasting, token("HS256", HS, claims().with("exp", "1")), "expired");
  }

  @Test
  void aTypeIsCheckedIfOneIsRequired() throws Exception {
    JwtAuthenticator.Builder access = options().type("at+jwt");
    for (String typ : List.of("at+jwt", "AT+JWT", "application/at+jwt")) {
      user(
          access, token("HS256", HS, header("\"typ\":\"%s\"".formatted(typ)), claims().toString()));
    }
    for (String typ : List.of("\"typ\":\"JWT\"", "\"typ\":1", "\"typ\":null", "\"a\":1")) {
      refused(access, token("HS256", HS, header(typ), claims().toString()), "of another typ");
    }
    user(options(), token("HS256", HS, header("\"typ\":\"whatever\""), claims().toString()));
  }

  private static String header(String more) {
    return "{\"alg\":\"HS256\"," + more + "}";
  }

  @Test
  void keysInATokenAreIgnored() throws Exception {
    String jwk = Forge.jwk(RSA.getPublic(), "");
    String header = header("\"jwk\":" + jwk + ",\"jku\":\"https://evil.example\"");
    assertThat(user(options(), token("HS256", HS, header, claims().toString())).name())
        .isEqualTo("ann");
  }

  @Test
  void nameAndRolesMayBeInOtherClaims() throws Exception {
    Forge.Json claims =
        claims()
            .with("preferred_username", "\"Änn\"")
            .with("groups", "\"staff\"")
            .with("scope", "\"chat:read  chat:write\"")
            .with("realm_access", "{\"roles\":[\"moderator\"]}");
    assertThat(user(options().nameClaim("preferred_username"), claims).name()).isEqualTo("Änn");
    assertThat(user(options().rolesClaim("groups"), claims).roles()).containsExactly("staff");
    assertThat(user(options().rolesFromScope(), claims).roles())
        .containsExactlyInAnyOrder("chat:read", "chat:write");
    JwtAuthenticator.Builder keycloak = options().roles(JwtAuthenticatorTest::realmRoles);
    assertThat(user(keycloak, claims).roles()).isEqualTo(Set.of("moderator"));
    refused(keycloak, token("HS256", HS, claims()), "roles are not as expected");
    refused(
        options().rolesFromScope(),
        token("HS256", HS, claims().with("scope", "[\"a\"]")),
        "roles are not as expected");
    refused(options().nameClaim("email"), token("HS256", HS, claims()), "no email");
  }

  private static List<String> realmRoles(Map<String, Object> claims) {
    Map<?, ?> realm = (Map<?, ?>) Objects.requireNonNull(claims.get("realm_access"));
    List<?> roles = (List<?>) Objects.requireNonNull(realm.get("roles"));
    return roles.stream().map(String.class::cast).toList();
  }

  @Test
  void oldAndNewSecretAreAcceptedSideBySide() throws Exception {
    byte[] next = Forge.random(48);
    JwtAuthenticator.Builder both = options().secret(next);
    var nextKey = new SecretKeySpec(next, "HmacSHA256");
    assertThat(user(both, token("HS256", HS, claims())).name()).isEqualTo("ann");
    assertThat(user(both, token("HS256", nextKey, claims())).name()).isEqualTo("ann");
    refused(options(), token("HS256", nextKey, claims()), "not signed by a known key");
  }

  @Test
  void nothingShowsASecret() {
    JwtAuthenticator authenticator = options().build();
    String secret = Forge.encoded(SECRET);
    assertThat(authenticator.toString())
        .isEqualTo(
            "JwtAuthenticator[FixedKeys[keys=[VerificationKey[HS256]]], ClaimRules[issuers=["
                + Forge.ISSUER
                + "], audiences=[chat], leeway=PT30S, mayLast=false]]")
        .doesNotContain(secret);
  }

  @Test
  void whatOpensMoreThanMeantIsRefusedWhenBuilt() {
    assertRefused(
        JwtAuthenticator.builder().secret(SECRET), "audience: none (expected: audience(…)");
    assertRefused(JwtAuthenticator.builder().secret(SECRET).audience(), "audience: none");
    assertRefused(JwtAuthenticator.builder().audience("chat"), "keys: none (expected: jwks(…)");
    JwtAuthenticator.Builder remote =
        JwtAuthenticator.builder()
            .jwks(URI.create("https://login.example.com/jwks"))
            .audience("chat");
    assertRefused(remote, "issuer: none (expected: issuer(…)");
    assertRefused(remote.anyIssuer().secret(SECRET), "keys: a JWKS and others");
  }

  private static void assertRefused(JwtAuthenticator.Builder options, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(options::build)
        .withMessageStartingWith(message);
  }

  @Test
  void timesOutOfRangeAreRefused() {
    JwtAuthenticator.Builder options = options();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.leeway(Duration.ofMinutes(6)))
        .withMessage("leeway: PT6M (expected: PT0S to PT5M)");
    assertThatIllegalArgumentException().isThrownBy(() -> options.leeway(Duration.ofMillis(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.jwksCache(Duration.ofSeconds(29), Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.jwksCache(Duration.ofSeconds(30), Duration.ofDays(31)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://login.example.com/jwks.json",
        "http://127.0.0.1.evil.example/jwks.json",
        "http://localhost.evil.example/jwks.json",
        "http://192.168.0.1/jwks.json",
        "https://ann:hunter2@login.example.com/jwks.json",
        "file:///etc/passwd",
        "ftp://login.example.com/jwks.json",
        "jar:https://login.example.com!/jwks.json",
        "/jwks.json",
        "https:///jwks.json"
      })
  void anAddressThatOthersCouldAnswerForIsRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JwtAuthenticator.builder().jwks(URI.create(url)))
        .withMessageStartingWith("jwks: ")
        .withMessageEndingWith(" (expected: an https URL; http only for localhost)")
        .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("hunter2"));
  }
}
