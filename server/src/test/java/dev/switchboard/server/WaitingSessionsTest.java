package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Sessions whose clients are gone wait for them, but what they keep meanwhile is bounded. */
@Tag("B6")
class WaitingSessionsTest {
  private static final int ROOMS = 50;

  private final Endpoint<Talk> endpoint = Talk.endpoint();

  {
    endpoint.maxWaitingRooms(3 * ROOMS);
  }

  private final Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode welcomeOfOneWhoIsLostInManyRooms(String user) {
    try (Wire wire = Wire.open(server.port(), "/ws?user=" + user)) {
      JsonNode welcome = wire.next();
      for (int i = 0; i < ROOMS; i++) {
        wire.say("{\"type\":\"join_room\",\"room\":\"%s-%d\",\"id\":1}".formatted(user, i));
      }
      for (int i = 0; i < ROOMS; i++) {
        wire.next("room_joined");
      }
      int before = waiting();
      wire.lose();
      Awaitility.await().until(() -> endpoint.peersOf(user).isEmpty());
      Awaitility.await().until(() -> waiting() != before || sessions() == waiting());
      return welcome;
    }
  }

  private int waiting() {
    return endpoint.hub().sizes().getOrDefault("waiting", 0);
  }

  private int sessions() {
    return endpoint.hub().sizes().getOrDefault("sessions", 0);
  }

  private boolean comesBack(String user, JsonNode welcome) {
    try (Wire wire = Wire.welcomed(server.port(), user)) {
      wire.say(
          "{\"type\":\"resume\",\"id\":1,\"session\":%s,\"secret\":%s,\"logs\":[]}"
              .formatted(welcome.get("session"), welcome.get("secret")));
      String answer = wire.next().get("type").stringValue();
      wire.close(1000);
      Awaitility.await().until(() -> endpoint.peersOf(user).isEmpty());
      return answer.equals("resumed");
    }
  }

  @Test
  void whoComeAndGoWithManyRoomsAreForgottenTheLongestFirst() {
    JsonNode first = welcomeOfOneWhoIsLostInManyRooms("first");
    JsonNode second = welcomeOfOneWhoIsLostInManyRooms("second");
    welcomeOfOneWhoIsLostInManyRooms("third");
    assertThat(waiting()).isEqualTo(3);
    JsonNode fourth = welcomeOfOneWhoIsLostInManyRooms("fourth");
    assertThat(waiting()).isEqualTo(3);
    assertThat(sessions()).isEqualTo(3);
    assertThat(comesBack("first", first)).isFalse();
    assertThat(comesBack("second", second)).isTrue();
    assertThat(comesBack("fourth", fourth)).isTrue();
    assertThat(waiting()).as("who is back does not wait").isEqualTo(1);
  }
}
