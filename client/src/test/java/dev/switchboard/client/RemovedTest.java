package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.FromServer;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's user hears of an operator, and which messages are not for it to send. */
@Tag("D4")
class RemovedTest {
  sealed interface News {
    record Text(String text) implements News {}

    @FromServer
    record Headline(String text) implements News {}

    @FromServer
    record Confirm(String text) implements News, Request<Confirmed> {}
  }

  record Confirmed(boolean yes) {}

  private final Endpoint<News> endpoint =
      Endpoint.of(News.class)
          .identify(request -> Verdict.allow("ann"))
          .clientsMayPublish(News.class, Addresses.rooms());
  private final Server server =
      Server.builder().host("127.0.0.1").port(0).endpoint("/ws", endpoint).start();
  private final List<ClientEvent> events = new CopyOnWriteArrayList<>();
  private final Client<News> client =
      Client.of(News.class)
          .reconnect(Reconnect.fixed(Duration.ofMillis(20)))
          .build("ws://" + server.address() + "/ws");

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoeverIsRemovedFromARoomHearsWhyAndStaysOut(boolean banned) {
    client.events(events::add);
    client.connect();
    client.join("general");
    if (banned) {
      endpoint.moderation().in("general").ban("ann", Duration.ofDays(1), "spam");
    } else {
      endpoint.moderation().in("general").kick("ann", "spam");
    }
    await()
        .untilAsserted(
            () -> assertThat(events).hasAtLeastOneElementOfType(ClientEvent.RoomLeft.class));
    assertThat(client.rooms()).isEmpty();
    assertThat(events)
        .filteredOn(ClientEvent.RoomLeft.class::isInstance)
        .singleElement(type(ClientEvent.RoomLeft.class))
        .satisfies(left ->
            assertThat(left.why())
                .isInstanceOf(RefusedException.class)
                .hasMessage((banned ? "banned" : "removed") + ": spam"));
    client.reconnect();
    await().until(client::isConnected);
    assertThat(endpoint.peersOf("ann")).allSatisfy(peer -> assertThat(peer.rooms()).isEmpty());
    if (banned) {
      assertThatThrownBy(() -> client.join("general"))
          .isInstanceOf(RefusedException.class)
          .hasMessage("banned: spam");
    } else {
      client.join("general").publish(new News.Text("again"));
    }
  }

  @Test
  void aBannedClientDoesNotKnockAgain() {
    client.events(events::add);
    client.connect();
    endpoint.moderation().ban("ann", Duration.ofDays(1), "spam");
    await().until(() -> events.contains(new ClientEvent.Closed(4505, "banned: spam", true)));
    assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
    assertThat(events).doesNotHaveAnyElementsOfTypes(ClientEvent.ReconnectAttempt.class);
    assertThat(endpoint.peersOf("ann")).isEmpty();
  }

  @Test
  void whatOnlyTheServerSendsIsNotSent() {
    client.connect();
    for (Runnable attempt :
        List.<Runnable>of(
            () -> client.publish(List.of("general"), new News.Headline("x")),
            () -> client.send(new News.Headline("x")),
            () -> client.request(new News.Confirm("x")))) {
      assertThatThrownBy(attempt::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("@FromServer");
    }
  }
}
