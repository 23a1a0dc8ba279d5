package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.ClientEvent;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator orders at one server holds at the others, over real sockets. */
@Tag("D4")
@Tag("D5")
public abstract class OperatorsContract extends Nodes {
  private static final Duration LONG = Duration.ofHours(1);

  /** Tests an engine. */
  protected OperatorsContract(Engine engine) {
    super(engine);
  }

  private static List<Integer> closes(Member member) {
    List<Integer> codes = new CopyOnWriteArrayList<>();
    member.client.events(ClientEvent.Closed.class, closed -> codes.add(closed.code()));
    return codes;
  }

  @Test
  void aBanThrowsOutOfEveryServerAndKeepsOut() {
    Node here = node();
    Node there = node();
    Member eve = member("eve", there.port());
    Member ann = member("ann", there.port());
    List<Integer> closes = closes(eve);
    here.endpoint().moderation().ban("eve", LONG, "spam");
    await().untilAsserted(() -> assertThat(closes).containsExactly(4505));
    assertThatThrownBy(() -> new Member("eve", there.port()))
        .isInstanceOf(SwitchboardException.class);
    assertThatThrownBy(() -> new Member("eve", node().port()))
        .isInstanceOf(SwitchboardException.class);
    assertThat(there.endpoint().moderation().unban("eve")).isTrue();
    await().untilAsserted(() -> assertThat(here.endpoint().moderation().inForce()).isEmpty());
    member("eve", here.port()).room.publish(new Talk.Said("I am back"));
    await().untilAsserted(() -> assertThat(ann.texts).containsExactly("I am back"));
  }

  @Test
  void whoIsRemovedFromARoomIsToldAndWhoIsMutedIsRefusedOnOtherServersToo() {
    Node here = node();
    Node there = node();
    Member eve = member("eve", there.port());
    List<String> left = new CopyOnWriteArrayList<>();
    eve.client.events(
        ClientEvent.RoomLeft.class, event -> left.add(event.room() + " " + event.why()));
    here.endpoint().moderation().in("r").mute("eve", LONG, "");
    await()
        .untilAsserted(() ->
            assertThatThrownBy(() -> eve.room.publish(new Talk.Said("hi")))
                .isInstanceOfSatisfying(
                    RefusedException.class,
                    refused -> assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN)));
    assertThat(here.endpoint().moderation().in("r").unmute("eve")).isTrue();
    await().ignoreExceptions().until(() -> eve.room.publish(new Talk.Said("hi")) != null);
    assertThat(here.endpoint().moderation().in("r").kick("eve", "calm down"))
        .as("sessions on this server")
        .isZero();
    await().untilAsserted(() -> assertThat(left).hasSize(1));
    assertThat(left.getFirst()).startsWith("r ").contains("calm down");
  }

  @Test
  void aRevokedCredentialEndsItsConnectionsAndASessionEndsWhereverItIs() {
    Node here = node();
    Node there = node();
    Member eve = member("eve", there.port());
    Member bob = member("bob", there.port());
    List<Integer> closes = closes(eve);
    List<Integer> bobs = closes(bob);
    String session = bob.client.session().orElseThrow().id();
    here.server().revocations().credential("token of eve", LONG);
    await().untilAsserted(() -> assertThat(closes).contains(4001));
    assertThatThrownBy(() -> new Member("eve", there.port()))
        .isInstanceOf(ConnectFailedException.class);
    assertThat(here.server().revocations().session(session)).as("on this server").isFalse();
    await().untilAsserted(() -> assertThat(bobs).isNotEmpty());
    await()
        .untilAsserted(
            () -> assertThat(bob.client.session().orElseThrow().id()).isNotEqualTo(session));
  }

  @Test
  void aServerThatWasCutOffFindsTheBanAfterwards() throws Exception {
    TcpProxy network = close.later(TcpProxy.toDatabase(url));
    Node here = node();
    Node there = node(network.through(url));
    Member eve = member("eve", there.port());
    List<Integer> closes = closes(eve);
    network.cut();
    here.endpoint().moderation().ban("eve", LONG, "spam");
    network.heal();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(closes).containsExactly(4505));
  }
}
