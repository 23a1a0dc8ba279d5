package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients of several servers on one engine, over real sockets. */
@Tag("D5")
public abstract class SeveralServersContract extends Servers {
  /** Tests an engine. */
  protected SeveralServersContract(Engine engine) {
    super(engine);
  }

  @Test
  void membersOnThreeServersHearTheSameInTheSameOrderWhileAllPublish() throws Exception {
    List<Member> members = new ArrayList<>();
    for (String name : List.of("ann", "bob", "carl")) {
      members.add(member(name, server()));
    }
    int each = 200;
    atOnce(members.stream().map(member -> talks(member, each)).toList());
    for (Member member : members) {
      member.expectAllUpTo(3L * each);
      assertThat(member.texts).isEqualTo(members.getFirst().texts);
    }
  }

  @Test
  void aRoomThatKeepsNothingIsHeardOnOtherServers() throws Exception {
    UnaryOperator<Endpoint<Talk>> forgetful =
        endpoint -> endpoint.retention(new Retention(0, Duration.ofSeconds(1), 1));
    Member ann = member("ann", server(url, forgetful));
    Member bob = member("bob", server(url, forgetful));
    int each = 100;
    atOnce(List.of(talks(ann, each), talks(bob, each)));
    ann.expectAllUpTo(2L * each);
    bob.expectAllUpTo(2L * each);
  }

  @Test
  void whatExcludesItsSenderDoesSoAlsoAmongOthersEntries() throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    int each = 100;
    atOnce(
        List.of(
            talks(bob, each),
            () -> {
              for (int i = 0; i < each; i++) {
                ann.room.withoutEcho().publish(new Talk.Said("from ann"));
              }
              return null;
            }));
    bob.expectAllUpTo(2L * each);
    await().untilAsserted(() -> assertThat(ann.texts).hasSize(each));
    assertThat(ann.texts).doesNotContain("from ann");
    assertThat(ann.seqs).isSorted();
  }

  @Test
  void directMessagesAndThoseToEveryoneReachUsersOfOtherServers() {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    ann.client.inbox("bob").publish(new Talk.Said("to bob"));
    await().untilAsserted(() -> assertThat(bob.direct).containsExactly("to bob"));
    ann.client.everyone().publish(new Talk.Said("to everyone"));
    await().untilAsserted(() -> assertThat(bob.direct).contains("to everyone"));
    await().untilAsserted(() -> assertThat(ann.direct).containsExactly("to everyone"));
    bob.client.inbox("ann").publish(new Talk.Said("to ann"));
    await().untilAsserted(() -> assertThat(ann.direct).contains("to ann"));
  }

  @Test
  void fleetingMessagesReachOtherServersWhateverTheirSize() {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    Member carl = member("carl", server());
    String large = "typing ".repeat(5_000);
    ann.room.fleeting(new Talk.Typing("typing"));
    ann.room.fleeting(new Talk.Typing(large));
    ann.client.inbox("bob").fleeting(new Talk.Typing("only bob"));
    await().untilAsserted(() -> assertThat(carl.typing).containsExactly("typing", large));
    await()
        .untilAsserted(() -> assertThat(bob.typing).containsExactly("typing", large, "only bob"));
    ann.room.publish(new Talk.Said("kept"));
    bob.expectAllUpTo(1);
  }

  @Test
  void aClientThatMovesFromServerToServerMissesNothing() throws Exception {
    List<Server> servers = List.of(server(), server(), server());
    TcpProxy balancer = close.later(new TcpProxy(servers.getFirst().port()));
    Member ann = close.later(new Member("ann", balancer.port()));
    Member bob = member("bob", servers.get(2));
    int moves = 6;
    for (int move = 1; move <= moves; move++) {
      talks(bob, 50).call();
      balancer.turnTo(servers.get(move % 3).port());
      talks(bob, 50).call();
    }
    ann.expectAllUpTo(moves * 100L);
    ann.room.publish(new Talk.Said("here again"));
    bob.expectAllUpTo(moves * 100L + 1);
  }

  @Test
  void nothingIsLostWhenTheListeningAndSendingConnectionsAreKilled() throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    for (int round = 0; round < 5; round++) {
      boolean listeners = round % 2 == 0;
      atOnce(
          List.of(
              talks(ann, 50),
              talks(bob, 50),
              () -> {
                if (listeners) {
                  engine.killListeners();
                } else {
                  engine.killSenders();
                }
                return null;
              }));
    }
    ann.expectAllUpTo(500);
    bob.expectAllUpTo(500);
    AtomicInteger typed = new AtomicInteger();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          ann.room.fleeting(new Talk.Typing("" + typed.incrementAndGet()));
          return !bob.typing.isEmpty();
        });
  }

  @Test
  void whileTheEngineIsCutOffPublishingIsRefusedAndAfterwardsNothingIsMissing() throws Exception {
    TcpProxy network = close.later(TcpProxy.toDatabase(url));
    Member ann = member("ann", server(network.through(url)));
    Member bob = member("bob", server(network.through(url)));
    AtomicInteger acknowledged = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    Callable<Void> talking =
        () -> {
          while (!stop.get()) {
            try {
              ann.room.publish(new Talk.Said("m"));
              acknowledged.incrementAndGet();
            } catch (RefusedException unavailable) {
              refused.incrementAndGet();
            }
          }
          return null;
        };
    Callable<Void> cutting =
        () -> {
          await().until(() -> acknowledged.get() >= 20);
          network.cut();
          await().atMost(Duration.ofSeconds(40)).until(() -> refused.get() >= 1);
          network.heal();
          int before = acknowledged.get();
          await().atMost(Duration.ofSeconds(40)).until(() -> acknowledged.get() >= before + 20);
          stop.set(true);
          return null;
        };
    atOnce(List.of(talking, cutting));
    long last = bob.room.publish(new Talk.Said("last")).seq();
    assertThat(last).isGreaterThan(acknowledged.get());
    ann.expectAllUpTo(last);
    bob.expectAllUpTo(last);
  }
}
