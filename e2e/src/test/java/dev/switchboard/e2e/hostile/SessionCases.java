package dev.switchboard.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.BarePeer;
import dev.switchboard.server.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import tools.jackson.databind.JsonNode;

/** Sessions and codes that are somebody else's, and fields that only a server may set. */
final class SessionCases {
  private static final String SECRETS = "session secrets";
  private static final String FORGED = "forged fields";
  private static final String CHAT = "\"type\":\"chat\",\"room\":\"den\",\"id\":7";
  private static final String HI = "\"data\":{\"message\":\"hi\"}";

  private final List<HostileCase> cases = new ArrayList<>();

  private SessionCases() {}

  static List<HostileCase> all() {
    SessionCases all = new SessionCases();
    all.guessed();
    all.stolen();
    all.codes();
    all.published();
    all.answered();
    return all.cases;
  }

  private void add(String area, String name, HostileCase.Attack attack) {
    cases.add(new HostileCase(area, name, attack));
  }

  private static String resume(String session, String secret) {
    return "{\"type\":\"resume\",\"id\":1,\"session\":\"%s\",\"secret\":\"%s\"}"
        .formatted(session, secret);
  }

  /** A resume with the true id of a session and not the true secret. */
  private void guess(String name, BinaryOperator<String> secretOfSecretAndId) {
    add(
        SECRETS,
        name,
        site -> {
          Typist victim = Typist.open(site.port(), "/ws?user=victim");
          JsonNode welcome = victim.next("welcome");
          victim.close();
          String id = welcome.get("session").asString();
          String guess = secretOfSecretAndId.apply(welcome.get("secret").asString(), id);
          refused(site, "victim", resume(id, guess), id);
        });
  }

  /** That user is not given the session, but a new one. */
  private static void refused(Site site, String user, String resume, String session) {
    try (Typist mallory = Typist.open(site.port(), "/ws?user=" + user)) {
      mallory.next("welcome");
      JsonNode answer = mallory.ask(resume, "welcome");
      assertThat(answer.get("re").asInt()).isEqualTo(1);
      assertThat(answer.get("user").asString()).isEqualTo(user);
      assertThat(answer.get("session").asString()).isNotEqualTo(session);
      mallory.leave();
    }
  }

  private void guessed() {
    guess("an empty secret", (secret, id) -> "");
    guess("the id as secret", (secret, id) -> id);
    guess("all but the last character", (secret, id) -> secret.substring(0, secret.length() - 1));
    guess("one character more", (secret, id) -> secret + "A");
    guess(
        "the first character changed",
        (secret, id) -> (secret.startsWith("A") ? "B" : "A") + secret.substring(1));
    guess("the other case", (secret, id) -> swapped(secret));
    guess("256 characters", (secret, id) -> "a".repeat(256));
    guess("a wildcard", (secret, id) -> "%");
    add(
        SECRETS,
        "a session that never was",
        site -> refused(site, "mallory", resume("01jdaaaaaaaaaaaa", "x"), "01jdaaaaaaaaaaaa"));
  }

  private static String swapped(String text) {
    StringBuilder swapped = new StringBuilder();
    text.chars().forEach(c -> swapped.append((char) (Character.isLetter(c) ? c ^ 0x20 : c)));
    return swapped.toString();
  }

  private void stolen() {
    add(
        SECRETS,
        "the true secret, shown by another user",
        site -> {
          Typist victim = Typist.open(site.port(), "/ws?user=victim");
          JsonNode welcome = victim.next("welcome");
          String id = welcome.get("session").asString();
          String resume = resume(id, welcome.get("secret").asString());
          refused(site, "mallory", resume, id);
          victim.expectNothing(); // its connection stands
          victim.close();
          refused(site, "mallory", resume, id);
        });
    add(
        SECRETS,
        "the true secret of a session that has ended",
        site -> {
          Typist victim = Typist.open(site.port(), "/ws?user=victim");
          JsonNode welcome = victim.next("welcome");
          victim.peer().frame(0x88, new byte[] {3, (byte) 0xe8});
          victim.expectClose(1000, "");
          victim.close();
          String id = welcome.get("session").asString();
          refused(site, "victim", resume(id, welcome.get("secret").asString()), id);
        });
    add(
        SECRETS,
        "one's own secret for another's session",
        site -> {
          try (Typist victim = Typist.open(site.port(), "/ws?user=victim");
              Typist mallory = Typist.open(site.port(), "/ws?user=mallory")) {
            String theirs = victim.next("welcome").get("session").asString();
            String own = mallory.next("welcome").get("secret").asString();
            JsonNode answer = mallory.ask(resume(theirs, own), "welcome");
            assertThat(answer.get("user").asString()).isEqualTo("mallory");
            victim.expectNothing();
          }
        });
    add(
        SECRETS,
        "rooms and an inbox that the session is not in",
        site -> {
          Typist before = Typist.open(site.port(), "/ws?user=mallory");
          JsonNode welcome = before.next("welcome");
          before.close();
          String named =
              resume(welcome.get("session").asString(), welcome.get("secret").asString());
          String logs = ",\"logs\":[{\"room\":\"quiet\",\"seq\":0},{\"user\":\"ann\",\"seq\":0}]}";
          try (Typist mallory = Typist.open(site.port(), "/ws?user=mallory")) {
            mallory.next("welcome");
            mallory.say(named.substring(0, named.length() - 1) + logs);
            assertThat(mallory.next("resumed").get("logs").toString())
                .doesNotContain("quiet")
                .doesNotContain("ann");
            mallory.expectNothing(); // and no entry of either
            mallory.leave();
          }
        });
  }

  /** Codes: none is given out here, so none is true. */
  private void codes() {
    for (String code : List.of("AAAAAAAAAAAAAAAAAAAAAA", "0", "..", "ann")) {
      add(
          "bind codes",
          "a guessed code " + code,
          site -> {
            try (BarePeer peer = new BarePeer(site.port())) {
              peer.send(
                  BarePeer.handshake(
                      "/secure", "Sec-WebSocket-Protocol: switchboard.code." + code));
              assertThat(peer.response()).startsWith("HTTP/1.1 401").contains("bind code: ");
            }
          });
    }
  }

  /** A published message with a field that only the server sets. */
  private void forged(String name, String fields) {
    for (boolean binary : new boolean[] {false, true}) {
      add(
          FORGED,
          name + (binary ? ", in CBOR" : ""),
          site -> {
            try (Typist reader = site.enter("reader", "den");
                Typist mallory =
                    binary
                        ? Typist.binary(site.port(), "/ws?user=mallory")
                        : Typist.open(site.port(), "/ws?user=mallory")) {
              mallory.next("welcome");
              mallory.ask("{\"type\":\"join_room\",\"room\":\"den\",\"id\":0}", "room_joined");
              reader.next("user_joined");
              long since = System.currentTimeMillis();
              mallory.say("{" + CHAT + "," + HI + ",\"echo\":false," + fields + "}");
              long seq = mallory.next("ack").get("seq").asLong();
              JsonNode heard = reader.next("chat");
              assertThat(heard.get("from").asString()).isEqualTo("mallory");
              assertThat(heard.get("seq").asLong()).isEqualTo(seq).isLessThan(1000);
              assertThat(heard.get("timestamp").asLong())
                  .isBetween(since - 1, System.currentTimeMillis() + 1);
              assertThat(heard.propertyNames())
                  .containsExactlyInAnyOrder("type", "room", "seq", "from", "timestamp", "data");
              reader.expectNothing();
            }
          });
    }
  }

  private void published() {
    forged("from", "\"from\":\"admin\"");
    forged("from of a wrong kind", "\"from\":{\"name\":\"admin\"}");
    forged("seq", "\"seq\":4000000000");
    forged("timestamp", "\"timestamp\":4102444800000");
    forged("epoch", "\"epoch\":\"k3x9\"");
    forged("session and secret", "\"session\":\"01jd\",\"secret\":\"x\"");
    forged("what an ack has", "\"seqs\":{\"den\":1},\"code\":\"ok\",\"retryable\":true");
    forged("keys of an object's prototype", "\"__proto__\":{\"a\":1},\"constructor\":\"x\"");
    add(
        FORGED,
        "from, where a handler asks who it was",
        site -> {
          try (Typist mallory = site.enter("mallory")) {
            JsonNode author =
                mallory.ask("{\"type\":\"who\",\"id\":7,\"from\":\"admin\",\"data\":{}}", "author");
            assertThat(author.at("/data/name").asString()).isEqualTo("mallory");
            mallory.leave();
          }
        });
    add(
        FORGED,
        "messageId of another user's message",
        site -> {
          try (Typist victim = site.enter("victim", "den");
              Typist mallory = site.enter("mallory", "den")) {
            victim.next("user_joined");
            String same = "{" + CHAT + "," + HI + ",\"echo\":false,\"messageId\":\"same\"}";
            long first = victim.ask(same, "ack").get("seq").asLong();
            mallory.next("chat");
            assertThat(mallory.ask(same, "ack").get("seq").asLong()).isEqualTo(first + 1);
            assertThat(victim.next("chat").get("from").asString()).isEqualTo("mallory");
          }
        });
  }

  /** Answers to what the server asked somebody else. */
  private void answered() {
    for (String forged :
        List.of(
            "{\"type\":\"answer\",\"re\":\"%s\",\"data\":{\"n\":666}}",
            "{\"type\":\"error\",\"re\":\"%s\",\"code\":\"forbidden\",\"message\":\"no\"}")) {
      add(
          FORGED,
          "re of a question to another: " + forged.substring(9, 15),
          site -> {
            try (Typist victim = site.enter("victim");
                Typist mallory = site.enter("mallory")) {
              Peer<Talk> peer = site.open().peersOf("victim").getFirst();
              CompletionStage<Talk.Answer> answer = peer.request(new Talk.Ask(1));
              String id = victim.next("ask").get("id").asString();
              mallory.say(forged.formatted(id)).expectNothing();
              assertThat(answer.toCompletableFuture()).isNotDone();
              victim.say("{\"type\":\"answer\",\"re\":\"%s\",\"data\":{\"n\":2}}".formatted(id));
              assertThat(answer.toCompletableFuture().get(10, TimeUnit.SECONDS).n()).isEqualTo(2);
              victim.leave();
              mallory.leave();
            }
          });
    }
  }
}
