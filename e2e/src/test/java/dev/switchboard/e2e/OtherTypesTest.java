package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.chat.Chat;
import dev.switchboard.chat.ChatServer;
import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.Reconnect;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.server.MemoryHistory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients of the chat that were built from the same types, from others, and from none known. */
@Tag("D10")
class OtherTypesTest {
  private final ChatServer server = ChatServer.start("127.0.0.1", 0, new MemoryHistory());

  @AfterEach
  void stop() {
    server.close();
  }

  private Client<Chat> client(Protocol<Chat> protocol, List<ClientEvent> events) {
    Client<Chat> client =
        Client.of(protocol)
            .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
            .build("ws://127.0.0.1:" + server.port() + "/ws?user=ann");
    client.events(ClientEvent.Opened.class, events::add);
    client.events(ClientEvent.ProtocolMismatch.class, events::add);
    client.events(ClientEvent.RoomJoined.class, events::add);
    client.connect();
    return client;
  }

  private static List<Class<?>> kinds(List<ClientEvent> events) {
    return events.stream().<Class<?>>map(ClientEvent::getClass).toList();
  }

  @Test
  void aClientOfOtherTypesReportsItOncePerConnectionAndGoesOn() {
    List<ClientEvent> events = new CopyOnWriteArrayList<>();
    try (Client<Chat> ann = client(Protocol.of(Chat.class).withHash("beef"), events)) {
      await().untilAsserted(() -> assertThat(events).hasSize(2));
      assertThat(events.get(1))
          .isEqualTo(
              new ClientEvent.ProtocolMismatch(String.valueOf(Chat.PROTOCOL.hash()), "beef"));
      ann.reconnect();
      await().untilAsserted(() -> assertThat(events).hasSize(4));
      assertThat(events.get(3)).isEqualTo(events.get(1));
      ann.join("general"); // nothing is refused
      await()
          .untilAsserted(
              () -> assertThat(kinds(events)).last().isEqualTo(ClientEvent.RoomJoined.class));
      assertThat(events).hasSize(5);
    }
  }

  @Test
  void nothingIsReportedIfTheTypesAreTheSameOrNotKnown() {
    for (Protocol<Chat> protocol : List.of(Chat.PROTOCOL, Protocol.of(Chat.class))) {
      List<ClientEvent> events = new CopyOnWriteArrayList<>();
      try (Client<Chat> ann = client(protocol, events)) {
        ann.join("general"); // reported after all that `welcome` says
        await()
            .untilAsserted(() ->
                assertThat(kinds(events))
                    .containsExactly(ClientEvent.Opened.class, ClientEvent.RoomJoined.class));
      }
    }
  }
}
