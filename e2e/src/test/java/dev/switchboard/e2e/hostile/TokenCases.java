package dev.switchboard.e2e.hostile;

import static dev.switchboard.e2e.hostile.Forger.claims;
import static dev.switchboard.e2e.hostile.Forger.encoded;
import static dev.switchboard.e2e.hostile.Forger.part;
import static dev.switchboard.e2e.hostile.Forger.replaced;
import static dev.switchboard.e2e.hostile.Forger.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Tokens that prove nobody, in each place where a token may be. */
final class TokenCases {
  private static final String AREA = "tokens";
  private static final String UNKNOWN_KEY = "not signed by a known key";
  private static final String NO_JWT = "not a signed JWT";
  private static final String NOT_SIGNED = "not signed";

  private static final String GOOD = token(claims("mallory"));
  private static final String GOOD_RS =
      token("RS256", Forger.RSA.getPrivate(), "{\"alg\":\"RS256\"}", claims("mallory"));

  /** Where a client shows its token. */
  private enum Place {
    HEADER,
    SUBPROTOCOL,
    COOKIE,
    MESSAGE
  }

  private final List<HostileCase> cases = new ArrayList<>();

  private TokenCases() {}

  static List<HostileCase> all() {
    TokenCases all = new TokenCases();
    all.everywhere();
    all.signatures();
    all.headers();
    all.contents();
    all.texts();
    all.requests();
    return all.cases;
  }

  private void everywhere() {
    for (Place place : Place.values()) {
      told(place, "of nobody's key", token("HS256", other(), HS256, claims("admin")), UNKNOWN_KEY);
      told(
          place, "alg none", encoded("{\"alg\":\"none\"}") + "." + part(GOOD, 1) + ".", NOT_SIGNED);
      told(
          place,
          "other claims under a good signature",
          replaced(GOOD, 1, encoded(claims("admin"))),
          UNKNOWN_KEY);
      told(place, "expired", token(claims("mallory", Forger.ISSUER, "chat", -31)), "expired");
      told(
          place,
          "the public key as a secret",
          token("HS256", Forger.secret(Forger.RSA.getPublic().getEncoded()), HS256, claims("eve")),
          UNKNOWN_KEY);
    }
  }

  private static final String HS256 = "{\"alg\":\"HS256\"}";

  private static java.security.Key other() {
    return Forger.secret("an attacker's own secret of 32 bytes".getBytes(StandardCharsets.UTF_8));
  }

  private void signatures() {
    KeyPair attacker = Forger.pair("RSA");
    next("of another RSA key", token("RS256", attacker.getPrivate(), RS256, claims("eve")));
    next(
        "of another EC key",
        token("ES256", Forger.pair("EC").getPrivate(), "{\"alg\":\"ES256\"}", claims("eve")));
    next("ECDSA of zeros", encoded("{\"alg\":\"ES256\"}") + part2() + encoded(new byte[64]));
    next("signature of another token", replaced(GOOD, 2, part(token(claims("bob")), 2)));
    next("signature cut", GOOD.substring(0, GOOD.length() - 3));
    next("RS256 calls itself HS256", replaced(GOOD_RS, 0, encoded(HS256)));
    next("HS256 calls itself RS256", replaced(GOOD, 0, encoded(RS256)));
    byte[] pem =
        ("-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(Forger.RSA.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n")
            .getBytes(StandardCharsets.US_ASCII);
    next(
        "the public key in PEM as a secret",
        token("HS256", Forger.secret(pem), HS256, claims("eve")));
    // HMAC fills a key up with zeros, and Java has no empty one.
    next(
        "signed with an empty key",
        token("HS256", Forger.secret(new byte[1]), HS256, claims("eve")));
  }

  private static final String RS256 = "{\"alg\":\"RS256\"}";

  private static String part2() {
    return "." + part(GOOD, 1) + ".";
  }

  private void headers() {
    KeyPair attacker = Forger.pair("RSA");
    String key = Base64.getEncoder().encodeToString(attacker.getPublic().getEncoded());
    for (String embedded :
        List.of(
            "\"jwk\":{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
            "\"jku\":\"https://evil.example/keys\"",
            "\"x5u\":\"https://evil.example/cert\"",
            "\"x5c\":[\"" + key + "\"]")) {
      String header = "{\"alg\":\"RS256\"," + embedded + "}";
      next(
          "brings its key: " + embedded.substring(1, 4),
          token("RS256", attacker.getPrivate(), header, claims("admin")));
    }
    for (String kid : List.of("../../dev/null", "' OR 1=1 --", "|whoami", "a\\u0000b", "\\n[ok]")) {
      String header = "{\"alg\":\"HS256\",\"kid\":\"" + kid + "\"}";
      next("kid " + kid, token("HS256", other(), header, claims("admin")));
    }
    header("None, in capitals", "{\"alg\":\"NONE\"}", NOT_SIGNED);
    header("alg twice", "{\"alg\":\"none\",\"alg\":\"HS256\"}", NO_JWT);
    header("no alg", "{}", "no alg");
    header("alg a list", "{\"alg\":[\"HS256\"]}", "no alg");
    header("crit", "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", "crit is not supported");
    header("b64", "{\"alg\":\"HS256\",\"b64\":false}", "b64 is not supported");
    header("zip", "{\"alg\":\"HS256\",\"zip\":\"DEF\"}", "zip is not supported");
    header("kid a number", "{\"alg\":\"HS256\",\"kid\":1}", "kid is not a short string");
    header(
        "nested deeply",
        "{\"alg\":\"HS256\",\"a\":" + "[".repeat(500) + "]".repeat(500) + "}",
        NO_JWT);
  }

  private void contents() {
    payload("for another service", claims("eve", Forger.ISSUER, "mail", 600), "another audience");
    payload("of another issuer", claims("eve", "https://evil.example", "chat", 600), "issuer");
    payload("long expired", claims("eve", Forger.ISSUER, "chat", -900), "expired");
    payload("without end", "{\"sub\":\"eve\",\"aud\":\"chat\"}", "no exp");
    payload("sub empty", claims(""), "sub is not a valid user name");
    payload("sub of control characters", claims("a\\nb"), "sub is not a valid user name");
    payload("sub bidirectional", claims("a\\u202eb"), "sub is not a valid user name");
    payload("sub too long", claims("a".repeat(129)), "sub is not a valid user name");
    payload("sub given twice", "{\"sub\":\"eve\",\"sub\":\"admin\"}", "not a JSON object");
    payload("exp in the year 10000", "{\"sub\":\"eve\",\"exp\":253402300800}", "exp is not a date");
    payload("exp of 60 digits", "{\"sub\":\"eve\",\"exp\":1" + "0".repeat(60) + "}", "not a date");
    payload("exp a text", "{\"sub\":\"eve\",\"exp\":\"never\"}", "exp is not a date");
    payload("no JSON", "sub=eve", "not a JSON object");
  }

  private void texts() {
    told(Place.MESSAGE, "longer than 8 KiB", "a.".repeat(4097), "longer than 8 KiB");
    told(Place.HEADER, "longer than 8 KiB", "a.".repeat(4097), "longer than 8 KiB");
    told(Place.MESSAGE, "spaces around", " " + GOOD + " ", NO_JWT);
    told(Place.MESSAGE, "a line break within", GOOD.replace(".", ".\\r\\n"), NO_JWT);
    told(Place.MESSAGE, "padding", GOOD + "=", NO_JWT);
    told(Place.COOKIE, "only dots", "...", NO_JWT);
    told(Place.SUBPROTOCOL, "five parts", GOOD + ".a.b", "encrypted or not a JWT");
    told(Place.HEADER, "nothing but a word", "letmein", NO_JWT);
  }

  /** Requests with a good token in a place where it counts for nothing. */
  private void requests() {
    add("a good token in the query", site -> refused(site, "/secure?token=" + GOOD, "X: y"));
    add(
        "a good token in two headers, the first one forged",
        site ->
            refused(
                site,
                "/secure",
                "Authorization: Bearer " + replaced(GOOD, 2, "AAAA"),
                "Authorization: Bearer " + GOOD));
    add(
        "a good token in two headers, the second one forged",
        site ->
            refused(
                site,
                "/secure",
                "Authorization: Bearer " + GOOD,
                "Authorization: Bearer " + replaced(GOOD, 2, "AAAA")));
    add(
        "a forged header beside a good cookie",
        site ->
            refused(
                site,
                "/secure",
                "Cookie: session=" + GOOD,
                "Authorization: Bearer " + replaced(GOOD, 2, "AAAA")));
    add(
        "a good token for another user on an open connection",
        site -> {
          try (Typist mallory =
              Typist.open(site.port(), "/secure", "Authorization: Bearer " + GOOD)) {
            mallory.next("welcome");
            JsonNode answer = mallory.ask(authenticate(token(claims("admin"))), "auth_failed");
            assertThat(answer.get("message").asString()).isEqualTo("token: of another user");
            assertThat(mallory.ask("{\"type\":\"who\",\"id\":2}", "author").at("/data/name"))
                .hasToString("\"mallory\"");
            mallory.leave();
          }
        });
    add(
        "longer than any head may be",
        site -> {
          try (BarePeer peer = new BarePeer(site.port())) {
            peer.send(BarePeer.handshake("/secure", "Authorization: Bearer " + "a".repeat(17_000)));
            assertThat(peer.response()).startsWith("HTTP/1.1 431");
          }
        });
    add(
        "longer than any authenticate may be",
        site -> closed(site, authenticate("a".repeat(16_385)), "not authenticate"));
    add("no token, but a join", site -> closed(site, JOIN, "not authenticate"));
    add("an empty token", site -> closed(site, authenticate(""), "not authenticate"));
    add(
        "two tokens at once",
        site -> {
          try (Typist mallory = Typist.open(site.port(), "/secure")) {
            mallory.say(authenticate(replaced(GOOD, 2, "AAAA"))).say(authenticate(GOOD));
            assertThat(mallory.next("auth_failed").get("message").asString())
                .isEqualTo("token: " + UNKNOWN_KEY);
            mallory.expectClose(4501, "token: " + UNKNOWN_KEY);
          }
        });
  }

  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"den\",\"id\":1}";

  private static void refused(Site site, String target, String... headers) {
    try (BarePeer peer = new BarePeer(site.port())) {
      peer.send(BarePeer.handshake(target, headers));
      String answer = peer.response();
      if (target.contains("token=")) { // no credentials that count: a message may bring them
        assertThat(answer).startsWith("HTTP/1.1 101");
        peer.frame(Typist.TEXT, JOIN);
        assertThat(peer.read().code()).isEqualTo(4501);
      } else {
        assertThat(answer).startsWith("HTTP/1.1 401").contains("token: ");
      }
      assertThat(answer).doesNotContain("eyJ");
    }
  }

  private static void closed(Site site, String message, String reason) {
    try (Typist mallory = Typist.open(site.port(), "/secure")) {
      mallory.say(message).expectClose(4501, reason);
    }
  }

  private static String authenticate(String token) {
    return "{\"type\":\"authenticate\",\"id\":1,\"token\":\"" + token + "\"}";
  }

  private void header(String name, String header, String told) {
    told(place(), name, token("HS256", Forger.HS, header, Forger.claims("eve")), told);
  }

  private void payload(String name, String claims, String told) {
    told(place(), name, token(claims), told);
  }

  private void next(String name, String token) {
    told(place(), name, token, UNKNOWN_KEY);
  }

  /** Returns each place in turn. */
  private Place place() {
    return Place.values()[cases.size() % Place.values().length];
  }

  private void told(Place place, String name, String token, String told) {
    add(
        name + ", in a " + place.name().toLowerCase(java.util.Locale.ROOT),
        site -> {
          if (place == Place.MESSAGE) {
            message(site, token, told);
          } else {
            upgrade(site, place, token, told);
          }
        });
  }

  private void add(String name, HostileCase.Attack attack) {
    cases.add(new HostileCase(AREA, name, attack));
  }

  private static void upgrade(Site site, Place place, String token, String told) {
    String header =
        switch (place) {
          case SUBPROTOCOL ->
              "Sec-WebSocket-Protocol: switchboard.v1.json, switchboard.bearer." + token;
          case COOKIE -> "Cookie: theme=dark; session=" + token;
          default -> "Authorization: Bearer " + token;
        };
    try (BarePeer peer = new BarePeer(site.port())) {
      peer.send(BarePeer.handshake("/secure", header));
      assertThat(peer.response())
          .startsWith("HTTP/1.1 401")
          .contains("token: ")
          .contains(told)
          .contains("WWW-Authenticate: Bearer error=\"invalid_token\"")
          .doesNotContain(token);
    }
  }

  private static void message(Site site, String token, String told) {
    try (Typist mallory = Typist.open(site.port(), "/secure")) {
      JsonNode answer = mallory.ask(authenticate(token), "auth_failed");
      assertThat(answer.get("message").asString()).startsWith("token: ").contains(told);
      assertThat(answer.get("retryable").asBoolean()).isFalse();
      mallory.expectClose(4501, told);
    }
  }
}
