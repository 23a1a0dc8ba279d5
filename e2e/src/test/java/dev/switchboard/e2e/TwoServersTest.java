package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.chat.Chat;
import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.Reconnect;
import dev.switchboard.client.Room;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.peers.TcpProxy;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two processes of the chat application on one database or Redis, behind a balancer. */
@Tag("slow")
@Tag("D5")
@DisplayName("D5: two servers on one database")
class TwoServersTest {
  private static Client<Chat> client(int port, String user) {
    return Client.of(Chat.class)
        .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
        .build("ws://127.0.0.1:" + port + "/ws?user=" + user);
  }

  @Test
  void peopleOfBothHearEachOtherAndTheDeathOfOneServerCostsAReconnect() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      talkOn("postgresql://postgres@localhost:" + postgres.getPort() + "/postgres");
    }
  }

  @Test
  void theSameOnRedis() throws Exception {
    try (RealRedis redis = RealRedis.start("appendfsync always")) {
      talkOn(redis.uri(0));
    }
  }

  private static void talkOn(String url) throws Exception {
    try (Program one = Program.switchboard("serve", "--port", "0", "--cluster", url);
        Program other = Program.switchboard("serve", "--port", "0", "--cluster", url);
        TcpProxy balancer = new TcpProxy(one.port());
        Client<Chat> ann = client(balancer.port(), "ann");
        Client<Chat> bob = client(other.port(), "bob")) {
      List<String> heard = new CopyOnWriteArrayList<>();
      List<ClientEvent> gaps = new CopyOnWriteArrayList<>();
      ann.on(Chat.Message.class, event -> heard.add(event.message().content()));
      ann.events(ClientEvent.Gap.class, gaps::add);
      ann.connect();
      bob.connect();
      Room<Chat> annsRoom = ann.join("general");
      Room<Chat> bobsRoom = bob.join("general");
      List<String> said = new ArrayList<>();
      say(annsRoom, "from ann", said);
      for (int i = 0; i < 20; i++) {
        say(bobsRoom, "before " + i, said);
      }
      one.kill();
      balancer.turnTo(other.port());
      for (int i = 0; i < 20; i++) {
        say(bobsRoom, "after " + i, said);
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() >= said.size());
      say(annsRoom, "here again", said);
      await().atMost(Duration.ofSeconds(20)).until(() -> heard.size() >= said.size());
      assertThat(heard).isEqualTo(said);
      assertThat(gaps).isEmpty();
    }
  }

  private static void say(Room<Chat> room, String text, List<String> said) {
    var unused = room.publish(new Chat.Message(text));
    said.add(text);
  }
}
