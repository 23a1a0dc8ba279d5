package dev.switchboard.testkit;

import static dev.switchboard.testkit.SwitchboardAssertions.assertEvent;
import static dev.switchboard.testkit.SwitchboardAssertions.assertReceived;
import static dev.switchboard.testkit.SwitchboardAssertions.watch;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.Reconnect;
import dev.switchboard.protocol.Request;
import dev.switchboard.server.Addresses;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GreetingTest {
  sealed interface Chat {
    record Said(String text) implements Chat {}

    record Add(int a, int b) implements Chat, Request<Sum> {}
  }

  record Sum(int value) {}

  @RegisterExtension
  final TestServer<Chat> server =
      TestServer.of(
          Chat.class,
          endpoint ->
              endpoint
                  .clientsMayPublish(Chat.class, Addresses.rooms())
                  .reply(Chat.Add.class, (add, from) -> new Sum(add.a() + add.b())));

  @Test
  void bothHearWhatIsSaidInTheirRoom(Client<Chat> ann, Client<Chat> bob) {
    bob.join("general");
    ann.join("general").publish(new Chat.Said("hi"));
    assertEquals("ann", assertReceived(bob, new Chat.Said("hi")).from());
    assertReceived(ann, Chat.Said.class);
  }

  @Test
  void theServerAdds(@As("Ann Smith") Client<Chat> client) {
    assertEquals(new Sum(3), client.request(new Chat.Add(1, 2)));
  }

  @Test
  void whatWasNotAcknowledgedIsSentAgainAfterALostConnection() {
    try (ScriptedPeer peer = ScriptedPeer.listen();
        Client<Chat> client =
            watch(
                Client.of(Chat.class)
                    .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
                    .build(peer.uri()))) {
      peer.play(
          """
          ann open
          ann< {"type":"welcome","session":"s","secret":"k","user":"ann","logs":[]}
          ann> {"type":"said","rooms":["general"],"id":"…","messageId":"$m","data":{"text":"hi"}}
          ann lost
          peer! refuse 503
          ann open
          ann< {"type":"welcome","session":"t","secret":"l","user":"ann","logs":[]}
          ann> {"type":"resume","id":"$r","session":"s","secret":"k","logs":"…"}
          ann< {"type":"resumed","re":"$r","session":"s","user":"ann","logs":[]}
          ann> {"type":"said","rooms":["general"],"id":"$i","messageId":"$m","data":{"text":"hi"}}
          ann< {"type":"ack","re":"$i","seqs":{"general":1}}
          """);
      client.connect();
      client.publish(List.of("general"), new Chat.Said("hi"));
      assertEvent(client, ClientEvent.ReconnectSuccess.class);
      peer.await();
    }
  }
}
