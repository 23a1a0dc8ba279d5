package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.session.Session;
import dev.switchboard.spi.Restriction;
import dev.switchboard.spi.Restriction.Kind;
import dev.switchboard.spi.RestrictionStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Kicked, banned, muted: on every session, at once, and for as long as it was said. */
@Tag("D4")
class ModerationTest {
  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"general\",\"id\":1}";
  private static final String SAY =
      "{\"type\":\"chat\",\"room\":\"general\",\"id\":2,\"data\":{\"message\":\"hi\"}}";

  /** Keeps restrictions outside of the server, and may fail. */
  private static final class Kept implements RestrictionStore {
    final Map<Restriction.Key, Restriction> all = new ConcurrentHashMap<>();
    volatile boolean broken;

    @Override
    public List<Restriction> load() {
      return List.copyOf(all.values());
    }

    @Override
    public void put(Restriction restriction) {
      requireWhole();
      all.put(restriction.key(), restriction);
    }

    @Override
    public void remove(Restriction.Key key) {
      requireWhole();
      all.remove(key);
    }

    private void requireWhole() {
      if (broken) {
        throw new RefusedException(ErrorCode.UNAVAILABLE, "the disk is full");
      }
    }

    @Override
    public void close() {}
  }

  private final ManualClock clock = new ManualClock();
  private final Kept kept = new Kept();
  private Endpoint<Talk> endpoint = Talk.endpoint();
  private Server server = start();

  private Server start() {
    return Server.builder()
        .port(0)
        .clock(clock)
        .restrictions(kept)
        .endpoint("/ws", endpoint)
        .start();
  }

  private void restart() {
    server.close();
    endpoint = Talk.endpoint();
    server = start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Wire welcomed(String user) {
    return Wire.welcomed(server.port(), user);
  }

  private Wire joined(String user) {
    Wire wire = welcomed(user);
    assertThat(wire.ask(JOIN).get("type").stringValue()).isEqualTo("room_joined");
    return wire;
  }

  private static String code(JsonNode answer) {
    return answer.path("code").asString(answer.get("type").stringValue());
  }

  private int held(String what) {
    return endpoint.hub().sizes().getOrDefault(what, Integer.MAX_VALUE);
  }

  private Moderation general() {
    return endpoint.moderation().in("general");
  }

  @Test
  void whoeverIsKickedFromARoomIsToldAndHearsNothingMoreOfIt() {
    try (Wire ann = joined("ann");
        Wire phone = joined("ann");
        Wire bob = joined("bob")) {
      assertThat(general().kick("ann", "calm down")).isEqualTo(2);
      for (Wire wire : List.of(ann, phone)) {
        JsonNode left = wire.next("room_left");
        assertThat(left.get("room").stringValue()).isEqualTo("general");
        assertThat(left.get("code").stringValue()).isEqualTo("forbidden");
        assertThat(left.get("message").stringValue()).isEqualTo("removed: calm down");
      }
      assertThat(bob.next("user_left").get("count").intValue()).isEqualTo(1);
      bob.ask(SAY);
      ann.hearsNothing();
      assertThat(code(ann.ask(SAY))).isEqualTo("not_a_member");
      assertThat(code(ann.ask("{\"type\":\"history\",\"room\":\"general\",\"id\":9}")))
          .isEqualTo("not_a_member");
      assertThat(code(ann.ask(JOIN))).isEqualTo("room_joined");
      assertThat(general().kick("carl", "")).isZero();
    }
  }

  @Test
  void aSessionThatWaitsForItsClientIsRemovedToo() {
    Wire ann = welcomed("ann");
    String session = endpoint.peersOf("ann").get(0).session();
    ann.ask(JOIN);
    ann.lose();
    await().until(() -> endpoint.peersOf("ann").isEmpty());
    general().kick("ann", "");
    assertThat(endpoint.hub().session(session)).extracting(Session::rooms).isEqualTo(List.of());
  }

  @Test
  void aBanFromARoomLastsAsLongAsItWasSaid() {
    try (Wire ann = joined("ann")) {
      general().ban("ann", Duration.ofMinutes(10), "spam");
      assertThat(ann.next("room_left").get("message").stringValue()).isEqualTo("banned: spam");
      JsonNode refused = ann.ask(JOIN);
      assertThat(code(refused)).isEqualTo("forbidden");
      assertThat(refused.get("message").stringValue()).isEqualTo("banned: spam");
      assertThat(refused.at("/details/until").longValue())
          .isEqualTo(clock.millis() + Duration.ofMinutes(10).toMillis());
      assertThat(code(ann.ask(JOIN.replace("general", "other")))).isEqualTo("room_joined");
      clock.advance(Duration.ofMinutes(10));
      assertThat(code(ann.ask(JOIN))).isEqualTo("room_joined");
    }
  }

  @Test
  void aBanFromARoomCanBeLifted() {
    try (Wire ann = welcomed("ann")) {
      general().ban("ann", Duration.ofDays(1), "");
      assertThat(code(ann.ask(JOIN))).isEqualTo("forbidden");
      assertThat(general().unban("ann")).isTrue();
      assertThat(general().unban("ann")).isFalse();
      assertThat(code(ann.ask(JOIN))).isEqualTo("room_joined");
    }
  }

  @Test
  void whoeverIsBannedIsClosedOnEveryDeviceAndClosedAgain() {
    try (Wire ann = joined("ann");
        Wire phone = welcomed("ann");
        Wire bob = joined("bob")) {
      endpoint.moderation().ban("ann", Duration.ofDays(1), "spam");
      assertThat(ann.closeCode()).isEqualTo(4505);
      assertThat(phone.closeCode()).isEqualTo(4505);
      assertThat(bob.next("user_left").get("user").stringValue()).isEqualTo("ann");
      try (Wire again = Wire.open(server.port(), "/ws?user=ann")) {
        assertThat(again.closeCode()).isEqualTo(4505);
      }
      assertThat(endpoint.isOnline("ann")).isFalse();
      assertThat(code(bob.ask(SAY))).isEqualTo("ack");
    }
    await().until(() -> held("sessions") <= 1);
  }

  @Test
  void aKickedUserMayComeBackButNotToTheSession() {
    Wire ann = Wire.open(server.port(), "/ws?user=ann");
    JsonNode welcome = ann.next("welcome");
    endpoint.moderation().kick("ann", "");
    assertThat(ann.closeCode()).isEqualTo(4505);
    try (Wire again = welcomed("ann")) {
      JsonNode answer =
          again.ask(
              "{\"type\":\"resume\",\"id\":1,\"session\":%s,\"secret\":%s,\"logs\":[]}"
                  .formatted(welcome.get("session"), welcome.get("secret")));
      assertThat(answer.get("type").stringValue()).isEqualTo("welcome");
    }
  }

  @Test
  void aWaitingSessionOfABannedUserCanNotBeResumed() {
    Wire ann = Wire.open(server.port(), "/ws?user=ann");
    JsonNode welcome = ann.next("welcome");
    ann.lose();
    await().until(() -> endpoint.peersOf("ann").isEmpty());
    endpoint.moderation().ban("ann", Duration.ofDays(1), "");
    assertThat(endpoint.hub().session(welcome.get("session").stringValue())).isNull();
    endpoint.moderation().unban("ann");
    try (Wire again = welcomed("ann")) {
      JsonNode answer =
          again.ask(
              "{\"type\":\"resume\",\"id\":1,\"session\":%s,\"secret\":%s,\"logs\":[]}"
                  .formatted(welcome.get("session"), welcome.get("secret")));
      assertThat(answer.get("type").stringValue()).isEqualTo("welcome");
    }
  }

  @Test
  void whoeverIsMutedReadsButPublishesNothing() {
    try (Wire ann = joined("ann");
        Wire bob = joined("bob")) {
      general().mute("ann", Duration.ofMinutes(1), "spam");
      JsonNode refused = ann.ask(SAY);
      assertThat(code(refused)).isEqualTo("forbidden");
      assertThat(refused.get("message").stringValue()).isEqualTo("muted: spam");
      ann.say("{\"type\":\"typing\",\"room\":\"general\",\"data\":{\"on\":true}}");
      assertThat(ann.next("error").get("code").stringValue()).isEqualTo("forbidden");
      bob.hearsNothing();
      assertThat(code(ann.ask(SAY.replace("\"room\":\"general\"", "\"user\":\"bob\""))))
          .isEqualTo("ack");
      bob.ask(SAY);
      assertThat(ann.next("chat").get("from").stringValue()).isEqualTo("bob");
      general().unmute("ann");
      endpoint.moderation().mute("ann", Duration.ofMinutes(1), "");
      assertThat(code(ann.ask(SAY))).isEqualTo("forbidden");
      assertThat(code(ann.ask(SAY.replace("\"room\":\"general\"", "\"user\":\"bob\""))))
          .isEqualTo("forbidden");
      assertThat(code(ann.ask("{\"type\":\"ask\",\"id\":3,\"data\":{\"n\":1}}")))
          .isEqualTo("answer");
      clock.advance(Duration.ofMinutes(1));
      assertThat(code(ann.ask(SAY))).isEqualTo("ack");
    }
  }

  @Test
  void aRestartForgetsNothingThatWasStored() {
    general().mute("ann", Duration.ofDays(1), "");
    endpoint.moderation().ban("bob", Duration.ofDays(1), "");
    assertThat(general().inForce()).hasSize(1);
    assertThat(endpoint.moderation().inForce()).hasSize(2);
    restart();
    try (Wire ann = joined("ann");
        Wire bob = Wire.open(server.port(), "/ws?user=bob")) {
      assertThat(code(ann.ask(SAY))).isEqualTo("forbidden");
      assertThat(bob.closeCode()).isEqualTo(4505);
    }
    endpoint.moderation().unban("bob");
    restart();
    try (Wire bob = welcomed("bob")) {
      bob.barrier();
    }
  }

  @Test
  void aBanThatCanNotBeStoredHoldsUntilTheServerStops() {
    try (Wire ann = welcomed("ann")) {
      kept.broken = true;
      assertThatThrownBy(() -> endpoint.moderation().ban("ann", Duration.ofDays(1), ""))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("disk");
      assertThat(ann.closeCode()).isEqualTo(4505);
      try (Wire again = Wire.open(server.port(), "/ws?user=ann")) {
        assertThat(again.closeCode()).isEqualTo(4505);
      }
    }
  }

  @Test
  void nobodyWhoseBanMeetsAJoinIsLeftInTheRoom() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (Wire ann = Wire.open(server.port(), "/ws?user=ann")) {
        String session = ann.next("welcome").get("session").stringValue();
        Thread banning =
            Thread.ofVirtual().start(() -> general().ban("ann", Duration.ofDays(1), ""));
        IntStream.range(0, 5).forEach(n -> ann.say(JOIN));
        banning.join();
        ann.barrier();
        await().until(() -> endpoint.peer(session).orElseThrow().rooms().isEmpty());
        general().unban("ann");
      }
    }
    await().until(() -> held("topics") <= 2);
  }

  @Test
  void aTimeThatIsNoneIsRefused() {
    for (Duration time : List.of(Duration.ZERO, Duration.ofDays(-1), Duration.ofDays(36_501))) {
      assertThatThrownBy(() -> general().mute("ann", time, ""))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> endpoint.moderation().in(""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(kept.all).isEmpty();
    assertThat(new Restriction.Key(Kind.BAN, "/ws", "ann", null).room()).isNull();
  }
}
