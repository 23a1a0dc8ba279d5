package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** In a large room comings and goings are told together, with time stepped. */
@Tag("D3")
@Tag("B6")
class LargeRoomTest {
  private static final String JOIN = "{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}";
  private static final String LEAVE = "{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}";

  private final ManualClock clock = new ManualClock();
  private final Counted counted = new Counted();
  private final List<Wire> wires = new ArrayList<>();
  private final Server server =
      Server.builder()
          .port(0)
          .clock(clock)
          .metrics(counted)
          .endpoint(
              "/ws",
              Talk.endpoint().presenceNotices(new PresenceNotices(3, Duration.ofSeconds(2), 4)))
          .start();

  @AfterEach
  void stop() {
    wires.forEach(Wire::close);
    server.close();
  }

  private Wire joined(String user) {
    Wire wire = Wire.welcomed(server.port(), user);
    wires.add(wire);
    wire.ask(JOIN);
    return wire;
  }

  private static List<String> names(JsonNode message, String key) {
    return message.get(key).valueStream().map(JsonNode::stringValue).toList();
  }

  @Test
  void eachIsToldUpToTheBoundAndAllTogetherAboveIt() {
    Wire ann = joined("ann");
    joined("bob");
    joined("carl");
    assertThat(ann.next("user_joined").get("user").stringValue()).isEqualTo("bob");
    assertThat(ann.next("user_joined").get("count").intValue()).isEqualTo(3);
    clock.advance(Duration.ofSeconds(1));
    joined("dora");
    joined("eva");
    joined("fay").ask(LEAVE);
    ann.hearsNothing();
    clock.advance(Duration.ofSeconds(2));
    JsonNode told = ann.next();
    assertThat(told.get("type").stringValue()).isEqualTo("users_changed");
    assertThat(names(told, "joined")).containsExactly("dora", "eva");
    assertThat(names(told, "left")).as("who came and left again is no news").isEmpty();
    assertThat(told.get("count").intValue()).isEqualTo(5);
    assertThat(told.get("more").booleanValue()).isFalse();
    clock.advance(Duration.ofSeconds(10));
    ann.hearsNothing();
  }

  @Test
  void onlySoManyAreNamedAndTheRestIsInTheCount() {
    Wire ann = joined("ann");
    for (int i = 0; i < 10; i++) {
      joined("u" + i);
    }
    ann.next("user_joined");
    ann.next("user_joined");
    clock.advance(Duration.ofSeconds(5));
    JsonNode told = ann.next();
    assertThat(names(told, "joined")).containsExactly("u2", "u3", "u4", "u5");
    assertThat(told.get("count").intValue()).isEqualTo(11);
    assertThat(told.get("more").booleanValue()).isTrue();
    for (Wire wire : wires.subList(2, 11)) {
      wire.ask(LEAVE);
    }
    clock.advance(Duration.ofSeconds(5));
    JsonNode left = ann.next();
    assertThat(names(left, "left")).hasSize(4);
    assertThat(left.get("count").intValue()).as("the room is small again").isEqualTo(2);
    wires.get(1).ask(LEAVE);
    assertThat(ann.next().get("type").stringValue()).isEqualTo("user_left");
  }

  @Test
  void theOptionsAreChecked() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new PresenceNotices(-1, second, 1))
        .hasMessageStartingWith("above: -1");
    assertThatThrownBy(() -> new PresenceNotices(1, Duration.ZERO, 1))
        .hasMessageStartingWith("every: PT0S");
    assertThatThrownBy(() -> new PresenceNotices(1, second, 1_001))
        .hasMessageStartingWith("names: 1001");
  }
}
