package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Endpoint;
import dev.switchboard.server.PresenceNotices;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client is told of other users. */
@Tag("D3")
class PresenceTest {
  private final Endpoint<Talk> endpoint =
      Endpoint.of(Talk.class)
          .statusVisible((asker, user) -> true)
          .clientsMayListOnlineUsers()
          .identify(request ->
              Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)))
          .presenceGrace(Duration.ofMillis(100))
          .presenceNotices(new PresenceNotices(0, Duration.ofMillis(100), 10));
  private final Server server =
      Server.builder().host("127.0.0.1").port(0).endpoint("/ws", endpoint).start();

  @AfterEach
  void stop() {
    server.close();
  }

  private Client<Talk> client(String user) {
    return Client.of(Talk.class)
        .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
        .connect("ws://127.0.0.1:" + server.port() + "/ws?user=" + user);
  }

  @Test
  void whoIsWatchedIsToldOverALostConnectionToo() {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Client<Talk> ann = client("ann")) {
      ann.events(
          ClientEvent.StatusChanged.class,
          event -> told.add(event.status().user() + " " + event.status().online()));
      assertThat(ann.watch(List.of("bob", "ann")))
          .map(UserStatus::online)
          .containsExactly(false, true);
      try (Client<Talk> bob = client("bob")) {
        await().until(() -> told.equals(List.of("bob true")));
        assertThat(bob.statuses(List.of("ann")).getFirst().online()).isTrue();
        endpoint.peersOf("ann").getFirst().close(4000, "come back");
      }
      await().until(() -> told.equals(List.of("bob true", "bob false")));
      assertThat(ann.statuses(List.of("bob")).getFirst().lastSeen()).isPresent();
      ann.unwatch(List.of("bob"));
      try (Client<Talk> bob = client("bob")) {
        assertThat(ann.statuses(List.of("bob")).getFirst().online()).as("%s", bob).isTrue();
      }
      assertThat(told).hasSize(2);
    }
  }

  @Test
  void nobodyNeedsToWaitForStatuses() {
    List<String> many = IntStream.range(0, 250).mapToObj(i -> "user" + i).toList();
    try (Client<Talk> ann = client("ann")) {
      assertThat(ann.statusesAsync(List.of())).isCompletedWithValue(List.of());
      assertThat(ann.watchAsync(many).toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join())
          .extracting(UserStatus::user)
          .isEqualTo(many);
      CompletableFuture<Void> ended = ann.unwatchAsync(many).toCompletableFuture();
      assertThat(ended).succeedsWithin(Duration.ofSeconds(5));
      assertThat(ann.statusesAsync(List.of("ann")))
          .succeedsWithin(Duration.ofSeconds(5))
          .extracting(List::getFirst)
          .returns(true, UserStatus::online);
    }
  }

  @Test
  void whoComesToALargeRoomIsToldOneByOneAndAllTogether() {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Client<Talk> ann = client("ann")) {
      ann.events(ClientEvent.UserJoined.class, event -> told.add(event.user()));
      ann.events(ClientEvent.UserLeft.class, event -> told.add("not " + event.user()));
      ann.events(ClientEvent.UsersChanged.class, event -> told.add("now " + event.count()));
      ann.join("r");
      await().until(() -> told.equals(List.of("now 1")));
      try (Client<Talk> bob = client("bob")) {
        bob.join("r");
        await().until(() -> told.equals(List.of("now 1", "bob", "now 2")));
      }
      await().until(() -> told.size() == 5);
      assertThat(told.subList(3, 5)).containsExactly("not bob", "now 1");
    }
  }
}
