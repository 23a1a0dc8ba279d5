package dev.switchboard.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.client.Reconnect;
import dev.switchboard.client.Room;
import dev.switchboard.history.sqlite.SqliteHistory;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.Request;
import dev.switchboard.protocol.TypeName;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.RawEndpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of this project that speak JSON and CBOR, in one room, with a history on disk. */
@Tag("D9")
@DisplayName("D9: JSON and CBOR clients in one room")
class TwoEncodingsTest {
  private static final BigInteger BIG = BigInteger.TEN.pow(40);

  sealed interface Talk {
    @TypeName("chat")
    record Said(String message) implements Talk {}

    @Fleeting
    record Typing(boolean on) implements Talk {}

    /** One of everything that a record may hold. */
    record All(
        byte[] bytes,
        List<byte[]> chunks,
        Map<String, Part> parts,
        long large,
        double real,
        BigDecimal decimal,
        BigInteger big,
        UUID uuid,
        Instant instant,
        Optional<String> none)
        implements Talk {}

    record Part(byte[] sum, @Nullable Part next) {}

    record Ask(int n, byte[] salt) implements Talk, Request<Answer> {}

    record Answer(int n, byte[] salt) {}
  }

  @TempDir private Path data;
  private Server server;
  private Endpoint<Talk> endpoint;

  @BeforeEach
  void start() {
    start(0);
  }

  private void start(int port) {
    endpoint =
        Endpoint.of(Talk.class)
            .statusVisible((asker, user) -> true)
            .clientsMayListOnlineUsers()
            .clientsMayPublish(
                Talk.class, Addresses.rooms(), Addresses.users(), Addresses.everyone())
            .identify(request ->
                Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)))
            .reply(Talk.Ask.class, (ask, from) -> new Talk.Answer(ask.n() + 1, ask.salt()));
    server =
        Server.builder()
            .host("127.0.0.1")
            .port(port)
            .history(SqliteHistory.open(data))
            .endpoint("/ws", endpoint)
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Client<Talk> json(String user) {
    return connect(Client.of(Talk.class), user);
  }

  private Client<Talk> cbor(String user) {
    return connect(Client.of(Talk.class).cbor(), user);
  }

  private Client<Talk> connect(ClientBuilder<Client<Talk>> builder, String user) {
    return builder
        .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
        .connect("ws://127.0.0.1:" + server.port() + "/ws?user=" + user);
  }

  private static List<String> heard(Client<Talk> client) {
    List<String> heard = new CopyOnWriteArrayList<>();
    client.on(Talk.Said.class, event -> heard.add(event.from() + ": " + event.message().message()));
    return heard;
  }

  private static Talk.All all() {
    Talk.Part inner = new Talk.Part(new byte[] {9}, null);
    return new Talk.All(
        new byte[] {0, -1, 1},
        List.of(new byte[0], new byte[] {5}),
        Map.of("a", new Talk.Part(new byte[] {7, 8}, inner)),
        Long.MIN_VALUE,
        0.1,
        new BigDecimal("3.14159265358979323846264338327950288"),
        BIG,
        new UUID(1, 2),
        Instant.ofEpochSecond(1_766_300_000, 123_456_789),
        Optional.empty());
  }

  @Test
  void eachHearsTheOtherAndEveryRequestIsAnswered() {
    try (Client<Talk> ann = json("ann");
        Client<Talk> bob = cbor("bob")) {
      List<String> annHeard = heard(ann);
      List<String> bobHeard = heard(bob);
      Room<Talk> general = ann.join("général");
      Room<Talk> same = bob.join("général");
      assertThat(same.members()).containsExactly("ann", "bob");
      assertThat(general.publish(new Talk.Said("a")).seq()).isEqualTo(1);
      assertThat(same.publish(new Talk.Said("b 😀")).seq()).isEqualTo(2);
      bob.inbox("ann").publish(new Talk.Said("psst"));
      bob.everyone().publish(new Talk.Said("all"));
      endpoint.room("général").publish(new Talk.Said("from the server"));
      List<String> inAll = List.of("ann: a", "bob: b 😀", "bob: all", "null: from the server");
      await().until(() -> bobHeard.equals(inAll));
      await().until(() -> annHeard.size() == 5);
      assertThat(annHeard).containsAll(inAll).contains("bob: psst");
      assertThat(bob.publish(List.of("général"), new Talk.Said("several")).seqs())
          .containsEntry("général", 4L);
      assertThat(bob.users()).containsExactly("ann", "bob");
      Talk.Answer answer = bob.request(new Talk.Ask(1, new byte[] {1, 2}));
      assertThat(answer.n()).isEqualTo(2);
      assertThat(answer.salt()).containsExactly(1, 2);
      same.leave();
      assertThatThrownBy(() -> same.publish(new Talk.Said("no longer")))
          .isInstanceOf(RefusedException.class);
      await().until(() -> general.members().equals(List.of("ann")));
    }
  }

  @Test
  void whatIsAgreedOnIsWhatTheClientOffersFirst() {
    try (Client<Talk> ann = json("ann");
        Client<Talk> bob = cbor("bob")) {
      assertThat(ann.connection().subprotocol()).isEqualTo("switchboard.v1.json");
      assertThat(bob.connection().subprotocol()).isEqualTo("switchboard.v1.cbor");
    }
  }

  @Test
  void aServerThatKnowsNoCborIsSpokenToInJson() {
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    RawEndpoint old =
        RawEndpoint.create()
            .subprotocols("switchboard.v1.json")
            .onOpen(peer ->
                peer.send(
                    "{\"type\":\"welcome\",\"session\":\"s\",\"secret\":\"k\",\"user\":\"ann\",\"logs\":[]}"))
            .onText((peer, text) -> said.add(text));
    try (Server jsonOnly = Server.builder().port(0).endpoint("/ws", old).start();
        Client<Talk> ann =
            Client.of(Talk.class).cbor().connect("ws://127.0.0.1:" + jsonOnly.port() + "/ws")) {
      assertThat(ann.connection().subprotocol()).isEqualTo("switchboard.v1.json");
      ann.inbox("bob").fleeting(new Talk.Typing(true));
      await().untilAsserted(() -> assertThat(said).hasSize(1));
      assertThat(said.remove()).startsWith("{\"type\":\"typing\"");
    }
  }

  @Test
  void whateverARecordHoldsArrivesInBothDirections() {
    try (Client<Talk> ann = json("ann");
        Client<Talk> bob = cbor("bob");
        Client<Talk> cleo = cbor("cleo")) {
      List<MessageEvent<Talk.All>> heard = new CopyOnWriteArrayList<>();
      for (Client<Talk> client : List.of(ann, bob, cleo)) {
        client.on(Talk.All.class, heard::add);
        client.join("r");
      }
      ann.join("r").publish(all());
      bob.join("r").publish(all());
      await().until(() -> heard.size() == 6);
      heard.forEach(event -> same(event.message()));
    }
  }

  private static void same(Talk.All got) {
    Talk.All sent = all();
    assertThat(got.bytes()).isEqualTo(sent.bytes());
    assertThat(got.chunks().stream().map(Arrays::toString)).containsExactly("[]", "[5]");
    Talk.Part part = requireNonNull(got.parts().get("a"));
    assertThat(part.sum()).containsExactly(7, 8);
    assertThat(requireNonNull(part.next()).sum()).containsExactly(9);
    assertThat(part.next().next()).isNull();
    assertThat(got)
        .extracting(
            Talk.All::large,
            Talk.All::real,
            Talk.All::decimal,
            Talk.All::big,
            Talk.All::uuid,
            Talk.All::instant,
            Talk.All::none)
        .containsExactly(
            sent.large(),
            sent.real(),
            sent.decimal(),
            sent.big(),
            sent.uuid(),
            sent.instant(),
            sent.none());
  }

  @Test
  void historyOfOneIsReadByTheOtherAfterARestart() {
    try (Client<Talk> ann = json("ann");
        Client<Talk> bob = cbor("bob")) {
      ann.join("r").publish(all());
      bob.join("r").publish(all());
      bob.join("r").publish(new Talk.Said("3"));
    }
    int port = server.port();
    server.close();
    start(port);
    for (Client<Talk> client : List.of(json("x"), cbor("y"))) {
      try (client) {
        var messages = client.join("r").history(10).messages();
        assertThat(messages).hasSize(3);
        same((Talk.All) messages.get(0).message());
        same((Talk.All) messages.get(1).message());
        assertThat(messages.get(2).message()).isEqualTo(new Talk.Said("3"));
        assertThat(messages.get(2).from()).isEqualTo("bob");
      }
    }
  }

  @Test
  @Tag("D2")
  void whatWasMissedIsRecoveredInTheOtherEncoding() {
    try (Client<Talk> ann = json("ann");
        Client<Talk> bob = cbor("bob")) {
      List<String> bobHeard = heard(bob);
      List<ClientEvent.Opened> opened = new CopyOnWriteArrayList<>();
      bob.events(ClientEvent.Opened.class, opened::add);
      bob.join("r");
      Room<Talk> room = ann.join("r");
      room.publish(new Talk.Said("1"));
      await().until(() -> bobHeard.size() == 1);
      int port = server.port();
      server.close();
      await().until(() -> bob.state() == ConnectionState.WAITING);
      start(port);
      room.publish(new Talk.Said("2"));
      bob.join("r").publish(new Talk.Said("3"));
      await().until(() -> bobHeard.equals(List.of("ann: 1", "ann: 2", "bob: 3")));

      int before = opened.size();
      endpoint.peersOf("bob").forEach(peer -> peer.close(4000, "try again"));
      room.publish(new Talk.Said("4"));
      await().until(() -> opened.size() > before);
      assertThat(opened.getLast().session().resumed()).isTrue();
      await().until(() -> bobHeard.size() == 4);
      assertThat(bobHeard).last().isEqualTo("ann: 4");
    }
  }

  @Test
  void fleetingMessagesArriveInBothDirections() {
    try (Client<Talk> ann = json("ann");
        Client<Talk> bob = cbor("bob")) {
      List<String> heard = new CopyOnWriteArrayList<>();
      ann.on(Talk.Typing.class, event -> heard.add("ann hears " + event.from()));
      bob.on(Talk.Typing.class, event -> heard.add("bob hears " + event.from()));
      ann.join("r").fleeting(new Talk.Typing(true));
      bob.join("r").fleeting(new Talk.Typing(true));
      await().until(() -> heard.contains("ann hears bob"));
      ann.join("r").fleeting(new Talk.Typing(false));
      await().until(() -> heard.contains("bob hears ann"));
    }
  }
}
