package dev.switchboard.testkit;

import static dev.switchboard.testkit.SwitchboardAssertions.assertEvent;
import static dev.switchboard.testkit.SwitchboardAssertions.assertReceived;
import static dev.switchboard.testkit.SwitchboardAssertions.watch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.client.Reconnect;
import dev.switchboard.protocol.ConnectFailedException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("D12")
@Timeout(60)
class ScriptedPeerTest {
  record Said(String text) {}

  private static final String WELCOME =
      """
      ann open
      ann< {"type":"welcome","session":"s","secret":"k","user":"ann","logs":[]}
      """;

  /** Where the same script is played. */
  enum Place {
    SOCKETS,
    MEMORY;

    ScriptedPeer peer() {
      return this == SOCKETS ? ScriptedPeer.listen() : ScriptedPeer.inMemory();
    }
  }

  private static Client<Said> client(ScriptedPeer peer) {
    return watch(
        peer.build(Client.of(Said.class).reconnect(Reconnect.fixed(Duration.ofMillis(20)))));
  }

  @ParameterizedTest
  @EnumSource
  void messagesComeTwiceAndInAnotherOrderIfTheScriptSaysSo(Place place) {
    try (ScriptedPeer peer = place.peer();
        Client<Said> client = client(peer)) {
      peer.play(
          WELCOME
              + """
              peer! reorder
              ann< {"type":"said","timestamp":1,"data":{"text":"one"}}
              ann< {"type":"said","timestamp":1,"data":{"text":"two"}}
              peer! duplicate
              ann< {"type":"said","timestamp":1,"data":{"text":"three"}}
              """);
      client.connect();
      for (String text : List.of("two", "one", "three", "three")) {
        assertThat(assertReceived(client, Said.class).message().text()).isEqualTo(text);
      }
      peer.await();
    }
  }

  @ParameterizedTest
  @EnumSource
  void messagesAreLateOrLostIfTheScriptSaysSo(Place place) {
    try (ScriptedPeer peer = place.peer();
        Client<Said> client = client(peer)) {
      peer.play(
          WELCOME
              + """
              peer! delay 100ms
              ann< {"type":"said","timestamp":1,"data":{"text":"late"}}
              peer! drop
              ann< {"type":"said","timestamp":1,"data":{"text":"lost"}}
              ann< {"type":"said","timestamp":1,"data":{"text":"now"}}
              +200ms
              """);
      client.connect();
      for (String text : List.of("now", "late")) {
        assertThat(assertReceived(client, Said.class).message().text()).isEqualTo(text);
      }
      peer.await();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUpgradeIsRefusedWithTheStatus(Place place) {
    try (ScriptedPeer peer = place.peer();
        Client<Said> client = client(peer)) {
      peer.play("peer! refuse 403");
      assertThatThrownBy(client::connect)
          .isInstanceOf(ConnectFailedException.class)
          .hasMessageContaining("403");
      peer.await();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCloseHasItsCode(Place place) {
    try (ScriptedPeer peer = place.peer();
        Client<Said> client = client(peer)) {
      peer.play(WELCOME + "ann< close 4503 not you\n");
      client.connect();
      ClientEvent.Closed closed = assertEvent(client, ClientEvent.Closed.class);
      assertThat(closed.code()).isEqualTo(4503);
      assertThat(closed.reason()).isEqualTo("not you");
      peer.await();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHalfOpenConnectionIsFoundByTheHeartbeat(Place place) {
    try (ScriptedPeer peer = place.peer();
        Client<Said> client =
            watch(
                peer.build(
                    Client.of(Said.class)
                        .reconnect(Reconnect.fixed(Duration.ofMillis(20)))
                        .heartbeat(Duration.ofMillis(100), Duration.ofMillis(100))))) {
      peer.play(WELCOME + "peer! half-open\n+300ms\nann open\n");
      client.connect();
      assertEvent(client, ClientEvent.HeartbeatTimeout.class);
      peer.await();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatTheClientDoesOtherwiseFailsWithTheLine(Place place) {
    try (ScriptedPeer peer = place.peer();
        Client<Said> client = client(peer)) {
      peer.play(WELCOME + "ann> {\"type\":\"said\",\"data\":{\"text\":\"hello\"}}\n");
      client.connect();
      assertThat(client.sendAsync(new Said("hi"))).isNotNull();
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("line 3")
          .hasMessageContaining("\"hi\"")
          .hasMessageContaining("\"hello\"");
    }
  }

  @Test
  void inMemoryADayPassesInNoTime() {
    try (ScriptedPeer peer = ScriptedPeer.inMemory();
        Client<Said> client = watch(peer.build(Client.of(Said.class)))) {
      long began = System.nanoTime();
      peer.play(
          WELCOME
              + """
              +1440m
              ann< {"type":"said","timestamp":1,"data":{"text":"still here?"}}
              peer! half-open
              +35s
              peer! refuse 503
              peer! refuse 503
              peer! refuse 503
              peer! refuse 503
              peer! refuse 503
              peer! refuse 503
              ann open
              ann< {"type":"welcome","session":"t","secret":"l","user":"ann","logs":[]}
              ann> {"type":"resume","id":"$r","session":"s","secret":"k","logs":[]}
              ann< {"type":"welcome","re":"$r","session":"t","secret":"l","user":"ann","logs":[]}
              """);
      client.connect();
      assertThat(assertReceived(client, Said.class).message().text()).isEqualTo("still here?");
      assertEvent(client, ClientEvent.HeartbeatTimeout.class);
      assertThat(assertEvent(client, ClientEvent.ReconnectSuccess.class).attempt()).isEqualTo(7);
      peer.await();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    }
  }

  @Test
  void withoutHeartbeatASilentServerIsTrustedForever() {
    try (ScriptedPeer peer = ScriptedPeer.inMemory();
        Client<Said> client = watch(peer.build(Client.of(Said.class).withoutHeartbeat()))) {
      peer.play(WELCOME + "peer! half-open\n+1440m\n");
      client.connect();
      peer.await();
      assertThat(client.state()).isEqualTo(ConnectionState.OPEN);
      assertThat(client.statistics().roundTrip()).isNull();
      client.forceClose();
    }
  }

  @Test
  void inMemoryNothingHappensBeforeItsTime() {
    Reconnect how = Reconnect.fixed(Duration.ofSeconds(2));
    try (ScriptedPeer peer = ScriptedPeer.inMemory();
        Client<Said> client = watch(peer.build(Client.of(Said.class).reconnect(how)))) {
      peer.play(WELCOME + "ann lost\n+1999ms\n");
      client.connect();
      peer.await();
      assertThat(client.state()).isEqualTo(ConnectionState.WAITING);
      peer.play("+1ms\n").await();
      assertThat(client.state()).isEqualTo(ConnectionState.CONNECTING);
      client.forceClose();
    }
  }
}
