package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.FromServer;
import dev.switchboard.protocol.Request;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What clients may publish, and where: nothing that was not allowed. */
@Tag("D4")
class PublishRulesTest {
  sealed interface News {
    record Text(String text) implements News {}

    record Vote(int option) implements News {}

    @Fleeting
    record Cursor(int x) implements News {}

    record Open(String text) implements News, Request<Opened> {}

    @FromServer
    sealed interface Official extends News {}

    record Headline(String text) implements Official {}

    record Confirm(String text) implements Official, Request<Opened> {}
  }

  record Opened(boolean yes) {}

  private final Endpoint<News> endpoint =
      Endpoint.of(News.class)
          .identify(request ->
              Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)))
          .clientsMayPublish(News.Text.class, Addresses.rooms("team.*"), Addresses.users())
          .clientsMayPublish(News.Text.class, Addresses.rooms("lobby"))
          .clientsMayPublish(News.Cursor.class, Addresses.rooms())
          .clientsMayPublish(News.class, Addresses.rooms("all"))
          .on(News.Text.class, (text, from) -> {});
  private final Server server = Server.builder().port(0).endpoint("/ws", endpoint).start();
  private final Wire ann = Wire.welcomed(server.port(), "ann");

  @AfterEach
  void stop() {
    ann.close();
    server.close();
  }

  private static String join(String room) {
    return "{\"type\":\"join_room\",\"id\":1,\"room\":\"%s\"}".formatted(room);
  }

  private JsonNode publish(String type, String where, String data) {
    return ann.ask("{\"type\":\"%s\",\"id\":2,%s,\"data\":%s}".formatted(type, where, data));
  }

  @ParameterizedTest
  @CsvSource({
    "text, team.a, ack",
    "text, lobby, ack",
    "text, lobbying, error",
    "text, other, error",
    "vote, team.a, error",
    "vote, all, ack",
    "headline, all, error",
    "headline, team.a, error",
  })
  void aTypeGoesOnlyToTheRoomsItIsAllowedIn(String type, String room, String answer) {
    ann.ask(join(room));
    String data = type.equals("vote") ? "{\"option\":1}" : "{\"text\":\"x\"}";
    JsonNode answered = publish(type, "\"room\":\"" + room + "\"", data);
    assertThat(answered.get("type").stringValue()).isEqualTo(answer);
    if (answer.equals("error")) {
      assertThat(answered.get("code").stringValue()).isEqualTo("forbidden");
      ann.hearsNothing(); // as a member of the room
    }
  }

  @Test
  void aMessageToSeveralRoomsGoesToNoneIfOneIsNotAllowed() {
    ann.ask(join("team.a"));
    ann.ask(join("other"));
    JsonNode refused = publish("text", "\"rooms\":[\"team.a\",\"other\"]", "{\"text\":\"x\"}");
    assertThat(refused.get("code").stringValue()).isEqualTo("forbidden");
    assertThat(refused.get("message").stringValue())
        .isEqualTo(
            "type: clients may not publish text to this room"
                + " (expected: what clientsMayPublish allows at the server)");
    ann.hearsNothing();
  }

  @ParameterizedTest
  @CsvSource({"text, ack", "vote, error"})
  void inboxesMustBeAllowed(String type, String answer) {
    String data = type.equals("vote") ? "{\"option\":1}" : "{\"text\":\"x\"}";
    assertThat(publish(type, "\"user\":\"bob\"", data).get("type").stringValue()).isEqualTo(answer);
  }

  @Test
  void everyoneMustBeAllowed() {
    assertThat(publish("text", "\"everyone\":true", "{\"text\":\"x\"}").get("code").stringValue())
        .isEqualTo("forbidden");
  }

  @Test
  void whatIsAllowedStillNeedsMembership() {
    assertThat(publish("text", "\"room\":\"lobby\"", "{\"text\":\"x\"}").get("code").stringValue())
        .isEqualTo("not_a_member");
  }

  @Test
  void aFleetingTypeThatIsNotAllowedReachesNobody() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      ann.ask(join("team.a"));
      bob.ask(join("team.a"));
      ann.next("user_joined");
      ann.say("{\"type\":\"cursor\",\"user\":\"bob\",\"data\":{\"x\":1}}");
      assertThat(ann.next("error").get("code").stringValue()).isEqualTo("forbidden");
      bob.hearsNothing();
      ann.say("{\"type\":\"cursor\",\"room\":\"team.a\",\"data\":{\"x\":2}}");
      assertThat(bob.next("cursor").at("/data/x").intValue()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"headline", "confirm"})
  void aTypeOfTheServersIsTakenFromNoClient(String type) {
    JsonNode refused =
        ann.ask("{\"type\":\"%s\",\"id\":3,\"data\":{\"text\":\"x\"}}".formatted(type));
    assertThat(refused.get("code").stringValue()).isEqualTo("forbidden");
    assertThat(refused.get("message").stringValue()).contains("@FromServer");
  }

  @Test
  void theServerItselfPublishesEverythingEverywhere() {
    endpoint.user("ann").publish(new News.Headline("extra"));
    assertThat(ann.next("headline").at("/data/text").stringValue()).isEqualTo("extra");
    endpoint.everyone().publish(new News.Vote(3));
    assertThat(ann.next("vote").at("/data/option").intValue()).isEqualTo(3);
  }

  @Test
  void whatCouldNeverBeAllowedIsRefusedWhenItIsSaid() {
    Endpoint<News> other = Endpoint.of(News.class);
    assertThatThrownBy(() -> other.clientsMayPublish(News.Headline.class, Addresses.rooms()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("@FromServer");
    assertThatThrownBy(() -> other.clientsMayPublish(News.Open.class, Addresses.rooms()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("request");
    assertThatThrownBy(() -> other.clientsMayPublish(News.Text.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> other.on(News.Headline.class, (headline, from) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("@FromServer");
    assertThatThrownBy(() -> other.reply(News.Confirm.class, (confirm, from) -> new Opened(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("@FromServer");
    assertThatThrownBy(() -> other.onPublish(News.Official.class, (official, publishing) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("@FromServer");
  }

  @Test
  void onlineUsersAndTheirStatusAreNotToldByDefault() {
    try (Wire bob = Wire.welcomed(server.port(), "bob")) {
      bob.barrier();
      assertThat(ann.ask("{\"type\":\"user_list\",\"id\":4}").get("code").stringValue())
          .isEqualTo("forbidden");
      JsonNode status = ann.ask("{\"type\":\"user_status\",\"id\":5,\"users\":[\"bob\",\"ann\"]}");
      assertThat(status.at("/users/0/online").booleanValue()).isFalse();
      assertThat(status.at("/users/1/online").booleanValue()).isTrue();
    }
  }
}
