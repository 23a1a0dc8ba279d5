package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientBuilder;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.client.Join;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.client.Outbox;
import dev.switchboard.client.Reconnect;
import dev.switchboard.client.Room;
import dev.switchboard.encryption.EncryptionKey;
import dev.switchboard.encryption.KeyRing;
import dev.switchboard.encryption.MessageEncryption;
import dev.switchboard.history.sqlite.SqliteHistory;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.DecryptionException.Reason;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rooms where clients encrypt everything, and the server relays and stores what it can't read. */
@Tag("A16")
@DisplayName("A16: encrypted rooms")
class EncryptedRoomsTest {
  sealed interface Chat {
    record Said(String text) implements Chat {}

    @Fleeting
    record Typing(boolean on) implements Chat {}

    /** What any object could be read as, {@code {"jwe":"…"}} too. */
    record Note(Optional<String> text) implements Chat {}
  }

  /** The same names, with other rules. */
  sealed interface Careless {
    record Said(Optional<String> text) implements Careless {}
  }

  private static final byte[] KEY = new byte[32];
  private static final byte[] NEXT = new byte[32];

  static {
    for (byte i = 0; i < 32; i++) {
      KEY[i] = i;
      NEXT[i] = (byte) (100 + i);
    }
  }

  @TempDir private Path folder;
  private final List<Client<?>> clients = new ArrayList<>();
  private final List<String> hooked = new CopyOnWriteArrayList<>();
  private Endpoint<Chat> endpoint;
  private Server server;

  @BeforeEach
  void start() {
    start(0);
  }

  private void start(int port) {
    endpoint =
        endpoint()
            .encrypted("vault*")
            .encryptedInboxes()
            .onEncrypted((type, publishing) -> {
              hooked.add(type + " of " + publishing.from().user() + " to " + publishing.to());
              if (publishing.from().user().equals("mallory")) {
                throw new RefusedException(ErrorCode.FORBIDDEN, "not you");
              }
            })
            .onPublish(Chat.Said.class, (said, publishing) -> hooked.add("plain " + said.text()));
    server =
        Server.builder()
            .host("127.0.0.1")
            .port(port)
            .history(SqliteHistory.open(folder.resolve("history")))
            .endpoint("/ws", endpoint)
            .start();
  }

  private static Endpoint<Chat> endpoint() {
    return Endpoint.of(Chat.class)
        .clientsMayPublish(Chat.class, Addresses.rooms(), Addresses.users())
        .identify(request ->
            Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0)));
  }

  @AfterEach
  void stop() {
    clients.forEach(Client::close);
    server.close();
  }

  private static KeyRing ring() {
    return new KeyRing("k1", EncryptionKey.of(KEY));
  }

  private Client<Chat> connect(String user) {
    return connect(user, Client.of(Chat.class), ring());
  }

  private <M> Client<M> connect(String user, ClientBuilder<Client<M>> builder, KeyRing ring) {
    Client<M> client =
        build(user, builder.encryption(new MessageEncryption(ring), "vault", "vault2"));
    client.connect();
    return client;
  }

  private <M> Client<M> build(String user, ClientBuilder<Client<M>> builder) {
    Client<M> client =
        builder
            .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
            .build("ws://127.0.0.1:" + server.port() + "/ws?user=" + user);
    clients.add(client);
    return client;
  }

  /** What a client hears and what it can't decrypt, in order. */
  private static <M> BlockingQueue<Object> heard(Client<M> client) {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    client.on(event -> heard.add(event.message()));
    client.events(ClientEvent.DecryptionFailed.class, failed -> heard.add(failed.error().reason()));
    client.events(ClientEvent.ValidationError.class, invalid -> heard.add("" + invalid.data()));
    return heard;
  }

  private static @Nullable Object next(BlockingQueue<Object> heard) throws InterruptedException {
    return heard.poll(10, TimeUnit.SECONDS);
  }

  /** The messages of a page of history. */
  private static List<Object> messages(Room<Chat> room) {
    return room.history(10).messages().stream().<Object>map(MessageEvent::message).toList();
  }

  /** All that is stored, whatever the files are called. */
  private static String stored(Path folder) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  @Test
  void membersReadWhatServerAndStoreCant() throws Exception {
    Client<Chat> ann = connect("ann");
    Client<Chat> bob = connect("bob", Client.of(Chat.class).cbor(), ring());
    Client<Chat> eve = build("eve", Client.of(Chat.class));
    eve.connect();
    BlockingQueue<Object> bobs = heard(bob);
    BlockingQueue<Object> eves = heard(eve);
    BlockingQueue<Object> anns = heard(ann);
    Room<Chat> vault = ann.join("vault");
    Room<Chat> there = bob.join("vault");
    eve.join("vault");
    vault.publish(new Chat.Said("at midnight"));
    there.publish(new Chat.Said("at midnight sharp"));
    vault.publish("note", new Chat.Note(Optional.of("by midnight")));
    for (BlockingQueue<Object> members : List.of(anns, bobs)) {
      assertThat(next(members)).isEqualTo(new Chat.Said("at midnight"));
      assertThat(next(members)).isEqualTo(new Chat.Said("at midnight sharp"));
      assertThat(next(members)).isEqualTo(new Chat.Note(Optional.of("by midnight")));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(next(eves)).isEqualTo(Reason.UNKNOWN_KEY);
    }
    assertThat(hooked)
        .containsExactly(
            "said of ann to [Room[name=vault]]",
            "said of bob to [Room[name=vault]]",
            "note of ann to [Room[name=vault]]");
    server.close();
    assertThat(stored(folder)).contains("said").doesNotContain("midnight");
  }

  @Test
  void fleetingMessagesAreEncryptedToo() throws Exception {
    Client<Chat> ann = connect("ann");
    Client<Chat> bob = connect("bob");
    Client<Chat> eve = build("eve", Client.of(Chat.class));
    eve.connect();
    BlockingQueue<Object> bobs = heard(bob);
    BlockingQueue<Object> eves = heard(eve);
    bob.join("vault");
    eve.join("vault");
    Room<Chat> vault = ann.join("vault");
    vault.fleeting(new Chat.Typing(true));
    vault.fleeting(new Chat.Typing(false));
    assertThat(next(bobs)).isEqualTo(new Chat.Typing(true));
    assertThat(next(bobs)).isEqualTo(new Chat.Typing(false));
    assertThat(next(eves)).isEqualTo(Reason.UNKNOWN_KEY);
  }

  @Test
  void plainMessagesAreRefusedThereAndEncryptedOnesElsewhere() throws Exception {
    Client<Chat> ann = connect("ann");
    Client<Chat> bob = connect("bob");
    Client<Chat> plain = build("carl", Client.of(Chat.class));
    plain.connect();
    BlockingQueue<Object> bobs = heard(bob);
    bob.join("vault");
    bob.join("lobby");
    Room<Chat> open = plain.join("vault");
    assertThatThrownBy(() -> open.publish(new Chat.Said("plain")))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(refused.details()).containsEntry("rule", "encrypted");
              assertThat(refused).hasMessageContaining("everything is encrypted here");
            });
    Client<Chat> wrong =
        build("dora", Client.of(Chat.class).encryption(new MessageEncryption(ring()), to -> true));
    wrong.connect();
    Room<Chat> lobby = wrong.join("lobby");
    assertThatThrownBy(() -> lobby.publish(new Chat.Said("hidden")))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.details()).containsEntry("rule", "plain"));
    assertThatThrownBy(() -> ann.publish(List.of("vault", "lobby"), new Chat.Said("both")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("encrypted one among several");
    assertThatThrownBy(() -> plain.publish(List.of("vault", "lobby"), new Chat.Said("both")))
        .isInstanceOf(RefusedException.class);
    // Both kinds side by side in one client.
    ann.join("vault").publish(new Chat.Said("sealed"));
    ann.join("lobby").publish(new Chat.Said("open"));
    assertThat(List.of(next(bobs), next(bobs)))
        .containsExactlyInAnyOrder(new Chat.Said("sealed"), new Chat.Said("open"));
    assertThat(hooked).contains("plain open").doesNotContain("plain sealed");
  }

  @Test
  void hooksDecideAboutWhatTheyCantRead() {
    Client<Chat> mallory = connect("mallory");
    Room<Chat> vault = mallory.join("vault");
    assertThatThrownBy(() -> vault.publish(new Chat.Said("let me in")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("not you");
    assertThat(hooked).containsExactly("said of mallory to [Room[name=vault]]");
    assertThatThrownBy(() -> endpoint.room("vault").publish(new Chat.Said("from the server")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is encrypted");
    Endpoint<Chat> forgotten =
        endpoint().encrypted("vault").onPublish(Chat.Said.class, (said, publishing) -> {});
    assertThatThrownBy(() -> Server.builder().port(0).endpoint("/ws", forgotten).start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected: onEncrypted");
  }

  @Test
  void historyAndRecentEntriesAreDecrypted() throws Exception {
    Client<Chat> ann = connect("ann");
    Room<Chat> vault = ann.join("vault");
    for (String text : List.of("1", "2", "3")) {
      vault.publish(new Chat.Said(text));
    }
    Client<Chat> bob = connect("bob");
    BlockingQueue<Object> bobs = heard(bob);
    Room<Chat> there = bob.join("vault", Join.recent(2));
    assertThat(next(bobs)).isEqualTo(new Chat.Said("2"));
    assertThat(next(bobs)).isEqualTo(new Chat.Said("3"));
    for (int i = 0; i < 2; i++) { // a page can be read again
      assertThat(messages(there))
          .containsExactly(new Chat.Said("1"), new Chat.Said("2"), new Chat.Said("3"));
    }
    Client<Chat> eve = build("eve", Client.of(Chat.class));
    eve.connect();
    BlockingQueue<Object> eves = heard(eve);
    assertThat(messages(eve.join("vault"))).isEmpty();
    for (int i = 0; i < 3; i++) {
      assertThat(next(eves)).isEqualTo(Reason.UNKNOWN_KEY);
    }
  }

  @Test
  void whatWasPublishedWhileAwayArrivesAfterAResume() throws Exception {
    Client<Chat> ann = connect("ann");
    Client<Chat> bob = connect("bob");
    BlockingQueue<Object> bobs = heard(bob);
    bob.join("vault");
    Room<Chat> vault = ann.join("vault");
    vault.publish(new Chat.Said("before"));
    assertThat(next(bobs)).isEqualTo(new Chat.Said("before"));
    int port = server.port();
    server.close();
    var sent = vault.publishAsync(new Chat.Said("meanwhile")).toCompletableFuture();
    start(port);
    assertThat(sent.get(10, TimeUnit.SECONDS).seq()).isEqualTo(2);
    assertThat(next(bobs)).isEqualTo(new Chat.Said("meanwhile"));
  }

  @Test
  void theOutboxHoldsOnlyCiphertext() throws Exception {
    Path file = folder.resolve("outbox");
    Client<Chat> ann = build("ann", outgoing(file));
    ann.connect();
    Room<Chat> vault = ann.join("vault");
    int port = server.port();
    server.close();
    await().until(() -> ann.state() != ConnectionState.OPEN);
    vault.enqueue(new Chat.Said("at midnight"));
    ann.close();
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("said", "vault")
        .doesNotContain("midnight");
    start(port);
    Client<Chat> bob = connect("bob");
    BlockingQueue<Object> bobs = heard(bob);
    bob.join("vault");
    Client<Chat> again = build("ann", outgoing(file)); // another process, with the same keys
    again.connect();
    again.join("vault");
    assertThat(next(bobs)).isEqualTo(new Chat.Said("at midnight"));
  }

  private static ClientBuilder<Client<Chat>> outgoing(Path file) {
    return Client.of(Chat.class)
        .outbox(Outbox.file(file))
        .encryption(new MessageEncryption(ring()), "vault");
  }

  @Test
  void keysAreRotatedWhileClientsAreConnected() throws Exception {
    KeyRing anns = ring();
    KeyRing bobs = ring();
    Client<Chat> ann = connect("ann", Client.of(Chat.class), anns);
    Client<Chat> bob = connect("bob", Client.of(Chat.class), bobs);
    BlockingQueue<Object> heard = heard(bob);
    bob.join("vault");
    Room<Chat> vault = ann.join("vault");
    vault.publish(new Chat.Said("old key"));
    anns.add("k2", EncryptionKey.of(NEXT)).use("k2");
    vault.publish(new Chat.Said("too early"));
    assertThat(next(heard)).isEqualTo(new Chat.Said("old key"));
    assertThat(next(heard)).isEqualTo(Reason.UNKNOWN_KEY);
    bobs.add("k2", EncryptionKey.of(NEXT));
    vault.publish(new Chat.Said("new key"));
    assertThat(next(heard)).isEqualTo(new Chat.Said("new key"));
    anns.use("k1");
    vault.publish(new Chat.Said("old key still"));
    assertThat(next(heard)).isEqualTo(new Chat.Said("old key still"));
    bobs.use("k2");
    bobs.remove("k1");
    vault.publish(new Chat.Said("too late"));
    assertThat(next(heard)).isEqualTo(Reason.UNKNOWN_KEY);
    anns.use("k2");
    vault.publish(new Chat.Said("at last"));
    assertThat(next(heard)).isEqualTo(new Chat.Said("at last"));
  }

  @Test
  void inboxesAreEncryptedForTheirUser() throws Exception {
    MessageEncryption anns = new MessageEncryption(ring());
    MessageEncryption bobs = new MessageEncryption(ring());
    Client<Chat> ann =
        build("ann", Client.of(Chat.class).encryption(anns, to -> to instanceof Address.User));
    Client<Chat> bob =
        build("bob", Client.of(Chat.class).encryption(bobs, to -> to instanceof Address.User));
    assertThatThrownBy(() -> ann.inbox("bob").publish(new Chat.Said("who am I?")))
        .isInstanceOf(UnsentException.class)
        .hasMessageContaining("the sender's name is not known");
    ann.connect();
    bob.connect();
    BlockingQueue<Object> heard = heard(bob);
    ann.inbox("bob").publish(new Chat.Said("for your eyes"));
    assertThat(next(heard)).isEqualTo(new Chat.Said("for your eyes"));
    Client<Chat> plain = build("carl", Client.of(Chat.class));
    plain.connect();
    assertThatThrownBy(() -> plain.inbox("bob").publish(new Chat.Said("plain")))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void whatWasDecryptedIsValidatedLikeAnyMessage() throws Exception {
    Client<Careless> ann = connect("ann", Client.of(Careless.class), ring());
    Client<Chat> bob = connect("bob");
    BlockingQueue<Object> heard = heard(bob);
    bob.join("vault");
    ann.join("vault").publish(new Careless.Said(Optional.empty()));
    assertThat(next(heard)).isEqualTo("{\"text\":null}");
  }
}
