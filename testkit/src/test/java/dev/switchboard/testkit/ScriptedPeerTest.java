package dev.switchboard.testkit;

import static dev.switchboard.testkit.SwitchboardAssertions.assertEvent;
import static dev.switchboard.testkit.SwitchboardAssertions.assertReceived;
import static dev.switchboard.testkit.SwitchboardAssertions.watch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.Reconnect;
import dev.switchboard.protocol.ConnectException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("D12")
@Timeout(60)
class ScriptedPeerTest {
  record Said(String text) {}

  private static final String WELCOME =
      """
      ann open
      ann< {"type":"welcome","session":"s","secret":"k","user":"ann","logs":[]}
      """;

  private static Client<Said> client(ScriptedPeer peer) {
    return watch(
        Client.of(Said.class).reconnect(Reconnect.fixed(Duration.ofMillis(20))).build(peer.uri()));
  }

  @Test
  void messagesComeTwiceAndInAnotherOrderIfTheScriptSaysSo() {
    try (ScriptedPeer peer = ScriptedPeer.listen();
        Client<Said> client = client(peer)) {
      peer.play(
          WELCOME
              + """
              peer! reorder
              ann< {"type":"said","data":{"text":"one"}}
              ann< {"type":"said","data":{"text":"two"}}
              peer! duplicate
              ann< {"type":"said","data":{"text":"three"}}
              """);
      client.connect();
      for (String text : List.of("two", "one", "three", "three")) {
        assertThat(assertReceived(client, Said.class).message().text()).isEqualTo(text);
      }
      peer.await();
    }
  }

  @Test
  void anUpgradeIsRefusedWithTheStatus() {
    try (ScriptedPeer peer = ScriptedPeer.listen();
        Client<Said> client = client(peer)) {
      peer.play("peer! refuse 403");
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("403");
      peer.await();
    }
  }

  @Test
  void aCloseHasItsCode() {
    try (ScriptedPeer peer = ScriptedPeer.listen();
        Client<Said> client = client(peer)) {
      peer.play(WELCOME + "ann< close 4503 not you\n");
      client.connect();
      ClientEvent.Closed closed = assertEvent(client, ClientEvent.Closed.class);
      assertThat(closed.code()).isEqualTo(4503);
      assertThat(closed.reason()).isEqualTo("not you");
      peer.await();
    }
  }

  @Test
  void aHalfOpenConnectionIsFoundByTheHeartbeat() {
    try (ScriptedPeer peer = ScriptedPeer.listen();
        Client<Said> client =
            watch(
                Client.of(Said.class)
                    .reconnect(Reconnect.fixed(Duration.ofMillis(20)))
                    .heartbeat(Duration.ofMillis(100), Duration.ofMillis(100))
                    .build(peer.uri()))) {
      peer.play(WELCOME + "peer! half-open\nann open\n");
      client.connect();
      assertEvent(client, ClientEvent.HeartbeatTimeout.class);
      peer.await();
    }
  }

  @Test
  void whatTheClientDoesOtherwiseFailsWithTheLine() {
    try (ScriptedPeer peer = ScriptedPeer.listen();
        Client<Said> client = client(peer)) {
      peer.play(WELCOME + "ann> {\"type\":\"said\",\"data\":{\"text\":\"hello\"}}\n");
      client.connect();
      client.send(new Said("hi"));
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("line 3")
          .hasMessageContaining("\"hi\"")
          .hasMessageContaining("\"hello\"");
    }
  }
}
