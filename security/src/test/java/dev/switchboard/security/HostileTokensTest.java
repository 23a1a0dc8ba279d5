package dev.switchboard.security;

import static dev.switchboard.security.Forge.EC;
import static dev.switchboard.security.Forge.ED;
import static dev.switchboard.security.Forge.HS;
import static dev.switchboard.security.Forge.NOW;
import static dev.switchboard.security.Forge.RSA;
import static dev.switchboard.security.Forge.SECRET;
import static dev.switchboard.security.Forge.claims;
import static dev.switchboard.security.Forge.encoded;
import static dev.switchboard.security.Forge.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.switchboard.spi.AuthenticationException;
import dev.switchboard.spi.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that attackers show, and what each is told. */
@Tag("A15")
class HostileTokensTest {
  private static final String UNKNOWN_KEY = "not signed by a known key";
  private static final String NOT_SIGNED = "not signed";
  private static final String NO_JWT = "not a signed JWT";
  private static final String NO_DATE = " is not a date";
  private static final String BAD_NAME = "sub is not a valid user name";

  private static final JwtAuthenticator BY_SECRET = options().secret(SECRET).build();
  private static final JwtAuthenticator BY_RSA = options().publicKey(RSA.getPublic()).build();
  private static final JwtAuthenticator BY_EC = options().publicKey(EC.getPublic()).build();
  private static final JwtAuthenticator BY_ED = options().publicKey(ED.getPublic()).build();
  private static final JwtAuthenticator BY_ALL =
      options()
          .secret(SECRET)
          .publicKey(RSA.getPublic())
          .publicKey(EC.getPublic())
          .publicKey(ED.getPublic())
          .build();

  private static JwtAuthenticator.Builder options() {
    return JwtAuthenticator.builder().issuer(Forge.ISSUER).audience("chat").clock(() -> NOW);
  }

  record Case(String name, JwtAuthenticator authenticator, String token, String told) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Collects cases. */
  private static final class Table {
    private final List<Case> cases = new ArrayList<>();

    void add(String name, JwtAuthenticator authenticator, String token, String told) {
      cases.add(new Case(name, authenticator, token, told));
    }

    /** A well-signed token whose header is that one. */
    void header(String name, String header, String told) {
      add("header: " + name, BY_SECRET, token("HS256", HS, header, claims().toString()), told);
    }

    /** A well-signed token whose claims are those. */
    void payload(String name, Object claims, String told) {
      String token = token("HS256", HS, "{\"alg\":\"HS256\"}", claims.toString());
      add("claims: " + name, BY_SECRET, token, told);
    }

    /** A text in place of a token. */
    void text(String name, String text, String told) {
      add("text: " + name, BY_ALL, text, told);
    }
  }

  static Stream<Case> hostile() {
    Table table = new Table();
    forged(table);
    unsigned(table);
    confused(table);
    headers(table);
    times(table);
    parties(table);
    names(table);
    json(table);
    texts(table);
    return table.cases.stream();
  }

  private static final String GOOD_HS = token("HS256", HS, claims());
  private static final String GOOD_RS = token("RS256", RSA.getPrivate(), claims());
  private static final String GOOD_ES = token("ES256", EC.getPrivate(), claims());
  private static final String GOOD_ED = token("EdDSA", ED.getPrivate(), claims());

  private static String part(String token, int index) {
    return token.split("\\.", -1)[index];
  }

  private static String replaced(String token, int index, String part) {
    String[] parts = token.split("\\.", -1);
    parts[index] = part;
    return String.join(".", parts);
  }

  private static String flipped(String token, int index, int at) {
    byte[] bytes = Base64.getUrlDecoder().decode(part(token, index));
    bytes[at] ^= 1;
    return replaced(token, index, encoded(bytes));
  }

  private static void forged(Table table) {
    String other = claims().with("sub", "\"admin\"").toString();
    for (String good : List.of(GOOD_HS, GOOD_RS, GOOD_ES, GOOD_ED)) {
      String name =
          new String(Base64.getUrlDecoder().decode(part(good, 0)), StandardCharsets.UTF_8);
      table.text("other claims, " + name, replaced(good, 1, encoded(other)), UNKNOWN_KEY);
      table.text("first bit of the signature, " + name, flipped(good, 2, 0), UNKNOWN_KEY);
      table.text("last bit of the signature, " + name, flipped(good, 2, 31), UNKNOWN_KEY);
      byte[] signature = Base64.getUrlDecoder().decode(part(good, 2));
      byte[] shorter = Arrays.copyOf(signature, signature.length - 1);
      byte[] longer = Arrays.copyOf(signature, signature.length + 1);
      table.text("shorter signature, " + name, replaced(good, 2, encoded(shorter)), UNKNOWN_KEY);
      table.text("longer signature, " + name, replaced(good, 2, encoded(longer)), UNKNOWN_KEY);
      table.text(
          "signature of zeros, " + name,
          replaced(good, 2, encoded(new byte[signature.length])),
          UNKNOWN_KEY);
    }
    table.text(
        "another header",
        replaced(GOOD_HS, 0, encoded("{\"alg\":\"HS256\",\"a\":1}")),
        UNKNOWN_KEY);
    table.text(
        "signature of another token",
        replaced(GOOD_HS, 2, part(token("HS256", HS, claims().with("sub", "\"bob\"")), 2)),
        UNKNOWN_KEY);
    table.add(
        "another secret",
        BY_SECRET,
        token("HS256", new SecretKeySpec(Forge.random(32), "Hmac"), claims()),
        UNKNOWN_KEY);
    table.add(
        "an empty secret's neighbour",
        BY_SECRET,
        token("HS256", new SecretKeySpec(new byte[1], "Hmac"), claims()),
        UNKNOWN_KEY);
    table.add(
        "another RSA key",
        BY_RSA,
        token("RS256", Forge.pair("RSA").getPrivate(), claims()),
        UNKNOWN_KEY);
    table.add(
        "another EC key",
        BY_EC,
        token("ES256", Forge.pair("EC").getPrivate(), claims()),
        UNKNOWN_KEY);
    table.add(
        "another Ed25519 key",
        BY_ED,
        token("EdDSA", Forge.pair("Ed25519").getPrivate(), claims()),
        UNKNOWN_KEY);
    byte[] halves = new byte[64];
    halves[31] = 1;
    halves[63] = 1;
    table.add("ECDSA with r = s = 1", BY_EC, replaced(GOOD_ES, 2, encoded(halves)), UNKNOWN_KEY);
    table.add(
        "ECDSA in DER",
        BY_EC,
        replaced(GOOD_ES, 2, encoded(der(EC.getPrivate(), GOOD_ES))),
        UNKNOWN_KEY);
  }

  private static byte[] der(PrivateKey key, String token) {
    try {
      Signature engine = Signature.getInstance("SHA256withECDSA");
      engine.initSign(key);
      engine.update(token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII));
      return engine.sign();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void unsigned(Table table) {
    for (String none :
        List.of("none", "None", "NONE", "nOnE", "none ", " none", "none\\n", "\\u006eone")) {
      String start =
          encoded("{\"alg\":\"" + none + "\"}") + "." + encoded(claims().toString()) + ".";
      table.text("alg " + none + ", no signature", start, NOT_SIGNED);
      table.text("alg " + none + ", some signature", start + part(GOOD_HS, 2), NOT_SIGNED);
    }
    table.text(
        "alg HS256, no signature", GOOD_HS.substring(0, GOOD_HS.lastIndexOf('.') + 1), NOT_SIGNED);
    table.text("no last part", GOOD_HS.substring(0, GOOD_HS.lastIndexOf('.')), NO_JWT);
  }

  private static void confused(Table table) {
    // The public key is known to everybody: as a secret it must verify nothing.
    byte[] der = RSA.getPublic().getEncoded();
    byte[] pem = Forge.pem("PUBLIC KEY", der).getBytes(StandardCharsets.US_ASCII);
    byte[] jwk = Forge.jwk(RSA.getPublic(), "").getBytes(StandardCharsets.US_ASCII);
    for (byte[] known : List.of(der, pem, jwk)) {
      String token = token("HS256", new SecretKeySpec(known, "Hmac"), claims());
      table.add("public key of " + known.length + " bytes as secret", BY_RSA, token, UNKNOWN_KEY);
      table.add("the same, all keys", BY_ALL, token, UNKNOWN_KEY);
    }
    byte[] point = EC.getPublic().getEncoded();
    table.add(
        "EC public key as secret",
        BY_EC,
        token("HS256", new SecretKeySpec(point, "Hmac"), claims()),
        UNKNOWN_KEY);
    byte[] x = Arrays.copyOfRange(ED.getPublic().getEncoded(), 12, 44);
    table.add(
        "Ed25519 public key as secret",
        BY_ED,
        token("HS256", new SecretKeySpec(x, "Hmac"), claims()),
        UNKNOWN_KEY);
    for (String alg :
        List.of(
            "hs256", "HS384", "HS512", "HS1", "RS256", "ES256", "EdDSA", "", "HS256 ", "ECDH-ES",
            "dir", "A128KW")) {
      table.header("HS256 calls itself '" + alg + "'", "{\"alg\":\"" + alg + "\"}", UNKNOWN_KEY);
    }
    String rs = "{\"alg\":\"RS256\"}";
    table.add(
        "PS256 calls itself RS256",
        BY_RSA,
        token("PS256", RSA.getPrivate(), rs, claims().toString()),
        UNKNOWN_KEY);
    table.add(
        "PS256 with a key for RS256",
        BY_RSA,
        token("PS256", RSA.getPrivate(), claims()),
        UNKNOWN_KEY);
    table.add("RS256 where only ES256 is known", BY_EC, GOOD_RS, UNKNOWN_KEY);
    table.add("ES256 where only RS256 is known", BY_RSA, GOOD_ES, UNKNOWN_KEY);
    table.add("EdDSA where only HS256 is known", BY_SECRET, GOOD_ED, UNKNOWN_KEY);
  }

  private static void headers(Table table) {
    table.header("no alg", "{\"typ\":\"JWT\"}", "no alg");
    table.header("alg null", "{\"alg\":null}", "no alg");
    table.header("alg a number", "{\"alg\":256}", "no alg");
    table.header("alg a list", "{\"alg\":[\"HS256\"]}", "no alg");
    table.header("alg twice", "{\"alg\":\"none\",\"alg\":\"HS256\"}", NO_JWT);
    table.header(
        "crit", "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", "crit is not supported");
    table.header("crit empty", "{\"alg\":\"HS256\",\"crit\":[]}", "crit is not supported");
    table.header("crit null", "{\"alg\":\"HS256\",\"crit\":null}", "crit is not supported");
    table.header(
        "b64", "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}", "crit is not supported");
    table.header("b64 alone", "{\"alg\":\"HS256\",\"b64\":false}", "b64 is not supported");
    table.header("zip", "{\"alg\":\"HS256\",\"zip\":\"DEF\"}", "zip is not supported");
    table.header("enc", "{\"alg\":\"HS256\",\"enc\":\"A256GCM\"}", "enc is not supported");
    table.header("kid a number", "{\"alg\":\"HS256\",\"kid\":1}", "kid is not a short string");
    table.header("kid null", "{\"alg\":\"HS256\",\"kid\":null}", "kid is not a short string");
    table.header(
        "kid of 257",
        "{\"alg\":\"HS256\",\"kid\":\"" + "k".repeat(257) + "\"}",
        "kid is not a short string");
    table.header("a list", "[\"HS256\"]", NO_JWT);
    table.header("a string", "\"HS256\"", NO_JWT);
    table.header("not JSON", "alg: HS256", NO_JWT);
    table.header("two objects", "{\"alg\":\"HS256\"}{}", NO_JWT);
    table.header("a comment", "{\"alg\":\"HS256\"/* */}", NO_JWT);
    table.header("single quotes", "{'alg':'HS256'}", NO_JWT);
    table.header("a byte order mark", "\ufeff{\"alg\":\"HS256\"}", NO_JWT);
    table.header(
        "deep", "{\"alg\":\"HS256\",\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}", NO_JWT);
    // The attacker's key in the token, and the attacker's signature.
    var attacker = Forge.pair("RSA");
    String theirs = Forge.jwk(attacker.getPublic(), "\"kid\":\"r1\"");
    for (String key :
        List.of(
            "\"jwk\":" + theirs,
            "\"jku\":\"https://evil.example/jwks.json\"",
            "\"x5u\":\"https://evil.example/cert.pem\"",
            "\"x5c\":[\""
                + Base64.getEncoder().encodeToString(attacker.getPublic().getEncoded())
                + "\"]")) {
      String header = "{\"alg\":\"RS256\"," + key + "}";
      table.add(
          "key in the token: " + key.substring(0, 6),
          BY_RSA,
          token("RS256", attacker.getPrivate(), header, claims().toString()),
          UNKNOWN_KEY);
    }
    for (String kid :
        List.of(
            "../../../../dev/null",
            "/etc/passwd",
            "' OR 1=1 --",
            "r1\\n",
            "r1\\u0000",
            "| whoami",
            "http://evil.example/key",
            "")) {
      String header = "{\"alg\":\"HS256\",\"kid\":\"" + kid + "\"}";
      String token =
          token("HS256", new SecretKeySpec(new byte[32], "Hmac"), header, claims().toString());
      table.add("kid " + kid, BY_ALL, token, UNKNOWN_KEY);
    }
  }

  private static void times(Table table) {
    long now = NOW.getEpochSecond();
    table.payload("expired", claims().with("exp", String.valueOf(now - 31)), "expired");
    table.payload(
        "expired at the end of the leeway",
        claims().with("exp", String.valueOf(now - 30)),
        "expired");
    table.payload("expired in 1970", claims().with("exp", "0"), "expired");
    table.payload("no exp", claims().without("exp"), "no exp");
    table.payload(
        "nbf in the future", claims().with("nbf", String.valueOf(now + 31)), "not valid yet");
    table.payload(
        "iat in the future",
        claims().with("iat", String.valueOf(now + 31)),
        "issued in the future");
    for (String date :
        List.of(
            "-1",
            "-1e300",
            "1e300",
            "-0.5",
            "253402300800",
            "9223372036854775807",
            "9223372036854775808",
            "1" + "0".repeat(60),
            "null",
            "true",
            "\"9999999999\"",
            "[9999999999]",
            "{}",
            "\"never\"")) {
      table.payload("exp " + date, claims().with("exp", date), "exp" + NO_DATE);
    }
    table.payload("nbf null", claims().with("nbf", "null"), "nbf" + NO_DATE);
    table.payload("nbf negative", claims().with("nbf", "-1"), "nbf" + NO_DATE);
    table.payload("iat a string", claims().with("iat", "\"1\""), "iat" + NO_DATE);
    table.payload(
        "exp beyond any double", claims().with("exp", "1e999"), "claims are not a JSON object");
    table.payload("exp NaN", claims().with("exp", "NaN"), "claims are not a JSON object");
    table.payload(
        "exp with leading zero",
        claims().with("exp", "09999999999"),
        "claims are not a JSON object");
    table.payload("exp in hex", claims().with("exp", "0xffffffff"), "claims are not a JSON object");
    table.payload(
        "exp of 100 digits", claims().with("exp", "9".repeat(100)), "claims are not a JSON object");
  }

  private static void parties(Table table) {
    for (String issuer :
        List.of(
            "\"https://evil.example\"",
            "\"https://login.example.com/\"",
            "\"HTTPS://LOGIN.EXAMPLE.COM\"",
            "\"\"",
            "[\"https://login.example.com\"]",
            "1")) {
      table.payload("iss " + issuer, claims().with("iss", issuer), "from another issuer");
    }
    table.payload("no iss", claims().without("iss"), "no iss");
    table.payload("iss null", claims().with("iss", "null"), "no iss");
    for (String audience :
        List.of("\"files\"", "\"Chat\"", "\"chat \"", "\"\"", "[]", "[\"files\",\"mail\"]")) {
      table.payload("aud " + audience, claims().with("aud", audience), "for another audience");
    }
    table.payload("no aud", claims().without("aud"), "no aud");
    table.payload("aud null", claims().with("aud", "null"), "no aud");
    for (String audience :
        List.of("1", "{\"chat\":true}", "[\"chat\",1]", "[[\"chat\"]]", "[\"chat\",null]")) {
      table.payload(
          "aud " + audience, claims().with("aud", audience), "aud is not a list of strings");
    }
  }

  private static void names(Table table) {
    table.payload("no sub", claims().without("sub"), "no sub");
    table.payload("sub null", claims().with("sub", "null"), "no sub");
    for (String name :
        List.of(
            "\"\"",
            "1",
            "true",
            "[\"ann\"]",
            "{\"name\":\"ann\"}",
            "\"a\\u0000\"",
            "\"ann\\n\"",
            "\"\\u001b[2J\"",
            "\"\\u0085\"",
            "\"\\u202enna\"",
            "\"a\\u2066b\"",
            "\"e\\u0301\"",
            "\"\\ud800\"",
            "\"" + "n".repeat(129) + "\"",
            "\"" + "ü".repeat(65) + "\"")) {
      table.payload("sub " + name, claims().with("sub", name), BAD_NAME);
    }
    for (String roles :
        List.of(
            "1",
            "true",
            "{\"admin\":true}",
            "[1]",
            "[\"a\",null]",
            "[[\"admin\"]]",
            "[\"\"]",
            "\"\"",
            "[\"a\\nb\"]",
            "[\"" + "r".repeat(257) + "\"]")) {
      table.payload("roles " + roles, claims().with("roles", roles), "roles are not as expected");
    }
    for (String id : List.of("1", "null", "\"\"", "\"a\\nb\"", "\"" + "j".repeat(257) + "\"")) {
      table.payload("jti " + id, claims().with("jti", id), "jti is not a short string");
    }
  }

  private static void json(Table table) {
    String told = "claims are not a JSON object";
    String good = claims().toString();
    table.payload("sub twice", good.replace("{", "{\"sub\":\"admin\","), told);
    table.payload("a key twice, deeper", claims().with("a", "{\"b\":1,\"b\":2}"), told);
    table.payload("a key twice by an escape", good.replace("{", "{\"\\u0073ub\":\"admin\","), told);
    table.payload("deep lists", claims().with("a", "[".repeat(2000) + "]".repeat(2000)), told);
    table.payload(
        "deep objects", claims().with("a", "{\"a\":".repeat(800) + "1" + "}".repeat(800)), told);
    table.payload("a list", "[" + good + "]", told);
    table.payload("a string", "\"ann\"", told);
    table.payload("null", "null", told);
    table.payload("cut off", good.substring(0, good.length() - 1), told);
    table.payload("something after the end", good + "x", told);
    table.payload("a comma too many", good.replace("}", ",}"), told);
    table.payload("a token in a token", GOOD_HS, told);
    byte[] latin = good.replace("ann", "\u00e4nn").getBytes(StandardCharsets.ISO_8859_1);
    table.add("claims: not UTF-8", BY_SECRET, signed(latin), told);
    table.add("claims: UTF-16", BY_SECRET, signed(good.getBytes(StandardCharsets.UTF_16)), told);
    table.add(
        "claims: overlong UTF-8",
        BY_SECRET,
        signed(new byte[] {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'}),
        told);
  }

  private static String signed(byte[] claims) {
    String signed = encoded("{\"alg\":\"HS256\"}") + "." + encoded(claims);
    return signed + "." + encoded(Forge.signature("HS256", HS, signed));
  }

  private static void texts(Table table) {
    table.text("empty", "", NO_JWT);
    table.text("one dot", ".", NO_JWT);
    table.text("two dots", "..", NO_JWT);
    table.text("three dots", "...", NO_JWT);
    table.text("words", "let me in", NO_JWT);
    table.text("no header", GOOD_HS.substring(GOOD_HS.indexOf('.')), NO_JWT);
    table.text("no claims", part(GOOD_HS, 0) + ".." + part(GOOD_HS, 2), NO_JWT);
    table.text("four parts", GOOD_HS + ".x", "encrypted or not a JWT (expected: a signed one)");
    table.text("JWE", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA", NO_JWT);
    table.text(
        "JWE with a key",
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.AAAA.AAAA.AAAA",
        "encrypted or not a JWT (expected: a signed one)");
    table.text("JSON serialization", "{\"payload\":\"\",\"signatures\":[]}", NO_JWT);
    table.text("8193 bytes", "a".repeat(8193), "longer than 8 KiB");
    table.text("a megabyte", "a.".repeat(1 << 19), "longer than 8 KiB");
    table.payload("giant", claims().with("a", "\"" + "a".repeat(8192) + "\""), "longer than 8 KiB");
    table.text("padding", GOOD_HS + "=", NO_JWT);
    table.text("padding in the claims", replaced(GOOD_HS, 1, part(GOOD_HS, 1) + "=="), NO_JWT);
    table.text("space before", " " + GOOD_HS, NO_JWT);
    table.text("space after", GOOD_HS + " ", NO_JWT);
    table.text("line break after", GOOD_HS + "\n", NO_JWT);
    table.text(
        "line break within", GOOD_HS.substring(0, 30) + "\r\n" + GOOD_HS.substring(30), NO_JWT);
    table.text("NUL within", GOOD_HS.substring(0, 30) + "\0" + GOOD_HS.substring(30), NO_JWT);
    table.text("Bearer before", "Bearer " + GOOD_HS, NO_JWT);
    table.text("letters of another alphabet", GOOD_HS.replace('e', '\u0435'), NO_JWT);
    String standard =
        Base64.getEncoder()
            .withoutPadding()
            .encodeToString(
                "{\"alg\":\"HS256\",\"a\":\"\u00ff\u00fe~?>\"}"
                    .getBytes(StandardCharsets.ISO_8859_1));
    table.text(
        "base64 of the other alphabet",
        replaced(GOOD_HS, 0, standard.replace('A', '/') + "+"),
        NO_JWT);
    table.text("half a token", GOOD_HS.substring(0, GOOD_HS.length() / 2), NO_JWT);
    table.text("cut in the signature", GOOD_HS.substring(0, GOOD_HS.length() - 7), UNKNOWN_KEY);
    table.text("one letter left over", GOOD_HS.substring(0, GOOD_HS.length() - 2), NO_JWT);
    table.text("bits left over", lastLetterChanged(GOOD_HS), NO_JWT);
  }

  /**
   * Another text for the same bytes: a 32-byte signature has two bits to spare in its last letter.
   */
  private static String lastLetterChanged(String token) {
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = letters.indexOf(token.charAt(token.length() - 1));
    String changed = token.substring(0, token.length() - 1) + letters.charAt(last | 1);
    assertThat(Base64.getUrlDecoder().decode(part(changed, 2)))
        .isEqualTo(Base64.getUrlDecoder().decode(part(token, 2)));
    return changed;
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void isRefusedWithAReasonThatShowsNothing(Case hostile) {
    Throwable thrown =
        catchThrowable(() ->
            hostile.authenticator.authenticate(
                new Credentials(Credentials.Kind.TOKEN, hostile.token)));
    assertThat(thrown)
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("token: " + hostile.told)
        .hasNoCause();
    assertThat(((AuthenticationException) thrown).retryable()).isFalse();
  }

  /** Else the table would prove nothing. */
  @Test
  void whatTheyAreMadeFromIsAccepted() throws Exception {
    for (String good : List.of(GOOD_HS, GOOD_RS, GOOD_ES, GOOD_ED)) {
      assertThat(BY_ALL.authenticate(new Credentials(Credentials.Kind.TOKEN, good)).name())
          .isEqualTo("ann");
    }
    assertThat(hostile().count()).isGreaterThan(200);
    assertThat(hostile().map(Case::token).distinct().count()).isGreaterThan(190);
  }

  @Test
  void aCodeIsNoToken() {
    assertThatThrownBy(
            () -> BY_ALL.authenticate(new Credentials(Credentials.Kind.BIND_CODE, GOOD_HS)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("bind code: not accepted here (expected: a token)");
  }
}
