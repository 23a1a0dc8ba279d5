package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.client.Room;
import dev.switchboard.encryption.Binding;
import dev.switchboard.encryption.EncryptionKey;
import dev.switchboard.encryption.KeyRing;
import dev.switchboard.encryption.MessageEncryption;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Fleeting;
import dev.switchboard.testkit.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A server that tampers with what it relays. The client's handler gets what was said and nothing
 * else, the rest is told as events, and the connection stays.
 */
@Tag("A16")
@DisplayName("A16: a server that tampers with encrypted messages")
class HostileRelayTest {
  sealed interface Chat {
    record Said(String text) implements Chat {}

    record Shouted(String text) implements Chat {}

    @Fleeting
    record Typing(boolean on) implements Chat {}
  }

  private static final Address VAULT = Address.room("vault");
  private static final Address OTHER = Address.room("other");

  private final ScriptedPeer server = ScriptedPeer.listen();
  private final MessageEncryption anns = encryption("k1", 1);
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private Client<Chat> bob;
  private Room<Chat> vault;

  private static MessageEncryption encryption(String id, int seed) {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (i + seed);
    }
    return new MessageEncryption(new KeyRing(id, EncryptionKey.of(key)));
  }

  @BeforeEach
  void join() {
    server.play(
        """
        bob open
        bob< {"type":"welcome","session":"s","secret":"k","user":"bob","heartbeat":{"interval":25000,"timeout":10000},"limits":{"message":65536,"rooms":100},"logs":[{"user":"bob","epoch":"i","seq":0},{"everyone":true,"epoch":"v","seq":0}]}
        bob> {"type":"join_room","room":"vault","id":1}
        bob< {"type":"room_joined","room":"vault","re":1,"epoch":"e","seq":0,"members":["bob"],"count":1,"recovered":true}
        bob> {"type":"join_room","room":"other","id":2}
        bob< {"type":"room_joined","room":"other","re":2,"epoch":"o","seq":0,"members":["bob"],"count":1,"recovered":true}
        """);
    bob =
        Client.of(Chat.class).encryption(encryption("k1", 1), "vault", "other").build(server.uri());
    bob.on(event -> heard.add(event.message().toString()));
    bob.events(
        ClientEvent.DecryptionFailed.class,
        failed -> heard.add(failed.error().reason() + " " + failed.messageId()));
    bob.events(ClientEvent.Closed.class, closed -> heard.add("closed"));
    bob.connect();
    vault = bob.join("vault");
    bob.join("other");
  }

  @AfterEach
  void close() {
    bob.close();
    server.close();
  }

  private String sealed(String text, String id) {
    return anns.encrypt("{\"text\":\"" + text + "\"}", new Binding(VAULT, "ann", "said", id));
  }

  private static String entry(
      Address to, int seq, String type, String from, String id, String jwe) {
    return """
    {"type":"%s","room":"%s","seq":%d,"from":"%s","timestamp":1,"messageId":"%s","data":"%s"}\
    """
        .formatted(type, ((Address.Room) to).name(), seq, from, id, jwe);
  }

  private void relays(String... entries) {
    StringBuilder script = new StringBuilder();
    for (String entry : entries) {
      script.append("bob< ").append(entry).append('\n');
    }
    server.play(script.toString());
  }

  private void hears(String... expected) throws InterruptedException {
    List<String> actual = new ArrayList<>();
    for (int i = 0; i < expected.length; i++) {
      actual.add(String.valueOf(heard.poll(10, TimeUnit.SECONDS)));
    }
    assertThat(actual).containsExactly(expected);
  }

  /** What comes after it is still read, on the same connection. */
  private void goesOn(int seq) throws InterruptedException {
    relays(entry(VAULT, seq, "said", "ann", "last", sealed("still here", "last")));
    hears("Said[text=still here]");
    assertThat(heard).isEmpty();
    assertThat(bob.state()).isEqualTo(ConnectionState.OPEN);
  }

  @Test
  void whatIsMovedIsRefused() throws Exception {
    String jwe = sealed("pay 5", "m1");
    relays(
        entry(OTHER, 1, "said", "ann", "m1", jwe),
        entry(VAULT, 1, "said", "eve", "m1", jwe),
        entry(VAULT, 2, "shouted", "ann", "m1", jwe),
        entry(VAULT, 3, "said", "ann", "m2", jwe),
        entry(VAULT, 4, "said", "ann\\u0000", "m1", jwe),
        entry(VAULT, 5, "said", "ann", "m1", jwe));
    hears(
        "WRONG_BINDING m1",
        "WRONG_BINDING m1",
        "WRONG_BINDING m1",
        "WRONG_BINDING m2",
        "WRONG_BINDING m1",
        "Said[text=pay 5]");
    goesOn(6);
  }

  @Test
  void whatIsRepeatedIsRefused() throws Exception {
    String jwe = sealed("pay 5", "m1");
    String typing = anns.encrypt("{\"on\":true}", new Binding(VAULT, "ann", "typing"));
    String fleeting =
        """
        {"type":"typing","room":"vault","fleeting":true,"from":"ann","timestamp":1,"data":"%s"}\
        """
            .formatted(typing);
    relays(
        entry(VAULT, 1, "said", "ann", "m1", jwe),
        entry(VAULT, 2, "said", "ann", "m1", jwe),
        fleeting,
        fleeting);
    hears("Said[text=pay 5]", "REPLAYED m1", "Typing[on=true]", "REPLAYED null");
    goesOn(3);
  }

  @Test
  void whatIsChangedIsRefused() throws Exception {
    String jwe = sealed("pay 5", "m1");
    int cipher = jwe.lastIndexOf('.') - 3;
    char flipped = jwe.charAt(cipher) == 'A' ? 'B' : 'A';
    relays(
        entry(
            VAULT,
            1,
            "said",
            "ann",
            "m1",
            jwe.substring(0, cipher) + flipped + jwe.substring(cipher + 1)),
        entry(VAULT, 2, "said", "ann", "m1", jwe.substring(0, jwe.length() - 1)),
        entry(VAULT, 3, "said", "ann", "m1", jwe.substring(0, jwe.lastIndexOf('.'))),
        entry(VAULT, 4, "said", "ann", "m1", ""),
        entry(
            VAULT,
            5,
            "said",
            "ann",
            "m1",
            encryption("k1", 2)
                .encrypt("{\"text\":\"x\"}", new Binding(VAULT, "ann", "said", "m1"))),
        entry(
            VAULT,
            6,
            "said",
            "ann",
            "m1",
            encryption("k9", 1)
                .encrypt("{\"text\":\"x\"}", new Binding(VAULT, "ann", "said", "m1"))));
    hears(
        "NOT_AUTHENTIC m1",
        "MALFORMED m1",
        "MALFORMED m1",
        "MALFORMED m1",
        "NOT_AUTHENTIC m1",
        "UNKNOWN_KEY m1");
    goesOn(7);
  }

  @Test
  void whatIsPlainIsRefused() throws Exception {
    relays(
        """
        {"type":"said","room":"vault","seq":1,"from":"ann","timestamp":1,"messageId":"m1","data":{"text":"plain"}}\
        """,
        """
        {"type":"said","room":"vault","seq":2,"from":"ann","timestamp":1,"messageId":"m2"}\
        """,
        """
        {"type":"said","user":"bob","seq":1,"from":"ann","timestamp":1,"messageId":"m3","data":"e.y.J.h.b"}\
        """,
        """
        {"type":"said","timestamp":1,"data":"e.y.J.h.b"}\
        """);
    hears("NOT_ENCRYPTED m1", "NOT_ENCRYPTED m2", "UNKNOWN_KEY m3", "UNKNOWN_KEY null");
    goesOn(3);
  }

  @Test
  void aPageOfHistoryHasOnlyWhatIsGenuine() throws Exception {
    String jwe = sealed("pay 5", "m1");
    server.play(
        """
        bob> {"type":"history","room":"vault","limit":10,"id":3}
        bob< {"type":"history","re":3,"room":"vault","epoch":"e","seq":3,"messages":[%s,%s,%s],"more":false}
        """
            .formatted(
                entry(VAULT, 1, "said", "ann", "m1", jwe),
                entry(VAULT, 2, "said", "ann", "m1", jwe),
                entry(VAULT, 3, "said", "eve", "m2", jwe)));
    assertThat(vault.history(10).messages().stream().<Object>map(MessageEvent::message))
        .containsExactly(new Chat.Said("pay 5"));
    hears("REPLAYED m1", "WRONG_BINDING m2");
  }
}
