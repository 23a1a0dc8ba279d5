package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.BindCode;
import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.UserStatus;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.PresenceNotices;
import dev.switchboard.server.Server;
import dev.switchboard.spi.AuthenticatedUser;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is where, for the clients of two servers on one engine. */
@Tag("D5")
public abstract class PresenceOverServersContract {
  private final Engine engine;
  private final String url;

  /** Closes what a test has opened. */
  @RegisterExtension protected final Closing close = new Closing();

  /** Tests an engine. */
  protected PresenceOverServersContract(Engine engine) {
    this.engine = engine;
    this.url = engine.url();
  }

  private Server server(PresenceNotices notices) {
    Endpoint<Talk> endpoint =
        Endpoint.of(Talk.class)
            .authenticate(token -> AuthenticatedUser.of(token.value()))
            .bindCodes("/bind-code")
            .statusVisible((asker, user) -> true)
            .clientsMayListOnlineUsers()
            .presenceNotices(notices)
            .anyRate();
    return close.later(
        Server.builder()
            .port(0)
            .closeTimeout(Duration.ofSeconds(1))
            .cluster(engine.open(url))
            .endpoint("/ws", endpoint)
            .start());
  }

  private Client<Talk> client(String name, Server server) {
    Client<Talk> client =
        close.later(
            Client.of(Talk.class).token(name).build("ws://127.0.0.1:" + server.port() + "/ws"));
    client.connect();
    return client;
  }

  /** Records what a client hears of others in its room, as {@code +ann 1}. */
  private static List<String> heard(Client<Talk> client) {
    List<String> heard = new CopyOnWriteArrayList<>();
    client.events(
        ClientEvent.UserJoined.class, event -> heard.add("+" + event.user() + " " + event.count()));
    client.events(
        ClientEvent.UserLeft.class, event -> heard.add("-" + event.user() + " " + event.count()));
    return heard;
  }

  private static void expect(List<String> heard, String... changes) {
    await().until(() -> heard.size() >= changes.length);
    assertThat(heard).containsExactly(changes);
  }

  @Test
  void aRoomsMembersAndItsChangesAreTheSameOnBothServers() {
    Server one = server(PresenceNotices.EACH);
    Server other = server(PresenceNotices.EACH);
    Client<Talk> ann = client("ann", one);
    List<String> heard = heard(ann);
    ann.join("r");
    Client<Talk> bob = client("bob", other);
    List<ClientEvent.RoomJoined> joined = new CopyOnWriteArrayList<>();
    bob.events(ClientEvent.RoomJoined.class, joined::add);
    var bobs = bob.join("r");
    await().until(() -> !joined.isEmpty());
    assertThat(joined.getFirst().members()).containsExactly("ann", "bob");
    assertThat(joined.getFirst().count()).isEqualTo(2);
    expect(heard, "+bob 2");
    Client<Talk> phone = client("bob", one);
    var phones = phone.join("r");
    assertThat(phones.members()).containsExactly("ann", "bob");
    assertThat(phone.users()).containsExactly("ann", "bob");
    assertThat(bob.users()).containsExactly("ann", "bob");
    bobs.leave(); // and is still there with the phone
    assertThat(phones.members()).containsExactly("ann", "bob");
    phones.leave();
    expect(heard, "+bob 2", "-bob 1");
  }

  @Test
  void whoComesOnlineAtAnotherServerIsToldToThoseWhoWatch() {
    Server one = server(PresenceNotices.EACH);
    Server other = server(PresenceNotices.EACH);
    Client<Talk> ann = client("ann", one);
    List<String> statuses = new CopyOnWriteArrayList<>();
    List<UserStatus> told = new CopyOnWriteArrayList<>();
    ann.events(
        ClientEvent.StatusChanged.class,
        event -> {
          told.add(event.status());
          statuses.add(event.status().user() + " " + event.status().online());
        });
    assertThat(ann.watch(List.of("bob"))).extracting(UserStatus::online).containsExactly(false);
    Client<Talk> bob = client("bob", other);
    await().until(() -> statuses.size() == 1);
    assertThat(ann.statuses(List.of("bob"))).extracting(UserStatus::online).containsExactly(true);
    bob.close();
    await().until(() -> statuses.size() == 2);
    assertThat(statuses).containsExactly("bob true", "bob false");
    UserStatus gone = ann.statuses(List.of("bob")).getFirst();
    assertThat(gone.lastSeen()).as("at the other server").isPresent();
    assertThat(told.getLast()).isEqualTo(gone);
    assertThat(ann.users()).containsExactly("ann");
  }

  @Test
  void aLargeRoomIsToldInBatchesOnBothServers() {
    PresenceNotices notices = new PresenceNotices(1, Duration.ofMillis(200), 20);
    Server one = server(notices);
    Server other = server(notices);
    Client<Talk> ann = client("ann", one);
    List<ClientEvent.UsersChanged> changes = new CopyOnWriteArrayList<>();
    ann.events(ClientEvent.UsersChanged.class, changes::add);
    ann.join("r");
    for (String name : List.of("bob", "carl", "dora")) {
      client(name, other).join("r");
    }
    await().until(() -> !changes.isEmpty() && changes.getLast().count() == 4);
    List<String> joined = new ArrayList<>();
    changes.forEach(change -> joined.addAll(change.joined()));
    joined.remove("ann");
    assertThat(joined).containsExactlyInAnyOrder("bob", "carl", "dora");
  }

  @Test
  void theUsersOfAServerThatClosesLeaveAtOnce() {
    Server one = server(PresenceNotices.EACH);
    Server other = server(PresenceNotices.EACH);
    Client<Talk> ann = client("ann", one);
    List<String> heard = heard(ann);
    ann.join("r");
    client("bob", other).join("r");
    expect(heard, "+bob 2");
    other.close();
    expect(heard, "+bob 2", "-bob 1");
    assertThat(ann.users()).containsExactly("ann");
  }

  @Test
  void aBindCodeOfOneServerIsGoodOnAnother() throws Exception {
    Server one = server(PresenceNotices.EACH);
    Server other = server(PresenceNotices.EACH);
    BindCode code =
        BindCode.fetch(URI.create("http://127.0.0.1:" + one.port() + "/bind-code"), "ann");
    Client<Talk> phone =
        close.later(
            Client.of(Talk.class)
                .bindCode(code.code())
                .build("ws://127.0.0.1:" + other.port() + "/ws"));
    phone.connect();
    await().untilAsserted(() -> assertThat(phone.users()).containsExactly("ann"));
  }
}
