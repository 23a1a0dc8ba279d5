package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.SessionInfo;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.Peer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A session goes with its client from server to server, over real sockets. */
@Tag("D5")
public abstract class MovingSessionsContract extends Nodes {
  /** Tests an engine. */
  protected MovingSessionsContract(Engine engine) {
    super(engine);
  }

  /** Moves a member by its balancer. Returns the session it then has. */
  private static SessionInfo move(Member member, TcpProxy balancer, Node to) {
    String before = member.session();
    balancer.turnTo(to.port());
    await().until(() -> !List.of("", before).contains(member.session()));
    return member.client.session().orElseThrow();
  }

  @Test
  void aSessionIsResumedAtOtherServersWithItsRooms() {
    List<Node> nodes = List.of(node(), node(), node());
    TcpProxy balancer = close.later(new TcpProxy(nodes.getFirst().port()));
    Member ann = member("ann", balancer.port());
    Member bob = member("bob", nodes.get(1).port());
    List<String> seen = new CopyOnWriteArrayList<>();
    bob.client.events(ClientEvent.UserLeft.class, event -> seen.add("left " + event.user()));
    for (int turn = 1; turn <= 5; turn++) {
      assertThat(move(ann, balancer, nodes.get(turn % 3)).resumed()).as("turn " + turn).isTrue();
      bob.room.publish(new Talk.Said("turn " + turn));
      ann.expectAllUpTo(turn);
    }
    ann.room.publish(new Talk.Said("still a member"));
    bob.expectAllUpTo(6);
    assertThat(seen).isEmpty();
    nodes.get(2).endpoint().moderation().in("r").kick("ann", "");
    await().untilAsserted(() -> assertThat(seen).containsExactly("left ann"));
  }

  @Test
  void whoeverTakesASessionOverClosesItsConnectionAtTheOtherServer() throws Exception {
    Node here = node();
    Node there = node();
    try (ByHand ann = new ByHand(here.port(), "ann");
        ByHand eve = new ByHand(there.port(), "eve");
        ByHand wrong = new ByHand(there.port(), "ann");
        ByHand again = new ByHand(there.port(), "ann");
        ByHand late = new ByHand(there.port(), "ann")) {
      String session = ByHand.text(ann.welcome, "session");
      String secret = ByHand.text(ann.welcome, "secret");
      ann.send("{\"type\":\"join_room\",\"room\":\"r\",\"id\":1}");
      ann.expect("room_joined");
      assertThat(eve.resume(session, secret)).as("another user's").contains("welcome");
      assertThat(wrong.resume(session, "guessed")).contains("welcome");
      assertThat(ann.open()).isTrue();
      String resumed = again.resume(session, secret);
      assertThat(resumed).contains("resumed").contains("\"room\":\"r\"");
      assertThat(ByHand.text(resumed, "session")).isNotEqualTo(session);
      assertThat(ByHand.text(resumed, "secret")).isNotEqualTo(secret);
      assertThat(ann.closeCode()).isEqualTo(4509);
      assertThat(late.resume(session, secret)).as("no longer good").contains("welcome");
    }
  }

  private static CompletableFuture<Talk.Name> asked(Node node, String of, Duration timeout) {
    return node.peerOf("ann").request(new Talk.WhatName(of), timeout).toCompletableFuture();
  }

  @Test
  void aQuestionIsAnsweredAtTheServerTheClientHasMovedTo() {
    Node first = node();
    Node second = node();
    Node third = node();
    TcpProxy balancer = close.later(new TcpProxy(first.port()));
    Member ann = member("ann", balancer.port());
    List<String> asked = new CopyOnWriteArrayList<>();
    CompletableFuture<Talk.Name> name = new CompletableFuture<>();
    ann.client.reply(
        Talk.WhatName.class,
        question -> {
          asked.add(question.of());
          return name.join();
        });
    CompletableFuture<Talk.Name> answer = asked(first, "cat", Duration.ofSeconds(30));
    await().until(() -> asked.contains("cat"));
    CompletableFuture<Talk.Name> late = asked(first, "dog", Duration.ofMillis(1_500));
    Peer<Talk> former = first.peerOf("ann");
    move(ann, balancer, second);
    assertThat(move(ann, balancer, third).resumed()).isTrue();
    assertThatThrownBy(() -> former.request(new Talk.WhatName("it")).toCompletableFuture().join())
        .hasCauseInstanceOf(RefusedException.class)
        .hasMessageContaining("session: over");
    assertThatThrownBy(late::join).hasMessageContaining("none in time");
    name.complete(new Talk.Name("Tom"));
    assertThat(answer.join().name()).isEqualTo("Tom");
    assertThat(asked).as("each is carried out once").doesNotHaveDuplicates();
    assertThat(asked(third, "cow", Duration.ofSeconds(20)).join().name()).isEqualTo("Tom");
  }

  @Test
  void aServerThatIsCutOffOrHasClosedHoldsNobodyUp() throws Exception {
    TcpProxy network = close.later(TcpProxy.toDatabase(url));
    Node lost = node(network.through(url));
    Node closed = node();
    Node here = node();
    TcpProxy balancer = close.later(new TcpProxy(lost.port()));
    TcpProxy other = close.later(new TcpProxy(closed.port()));
    Member ann = member("ann", balancer.port());
    Member bob = member("bob", other.port());
    network.cut();
    assertThat(move(ann, balancer, here).resumed()).isFalse();
    here.endpoint().room("r").publish(new Talk.Said("hello"));
    ann.expectAllUpTo(1);
    other.turnTo(here.port());
    closed.server().close();
    await().until(() -> here.endpoint().peersOf("bob").size() == 1);
    here.endpoint().room("r").publish(new Talk.Said("hello again"));
    bob.expectAllUpTo(2);
    network.heal();
  }
}
