package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.Payload;
import dev.switchboard.server.delivery.Topic;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.Session;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What members are shown of a log that does not behave, and what becomes of those who join it. */
@Tag("D2")
final class ReaderTest {
  private final SimWorld world = new SimWorld(1);
  private final SimStore store = new SimStore(world, false);
  private SimServer server = server(endpoint -> {});

  private SimServer server(Consumer<Endpoint<Talk>> options) {
    return new SimServer(
        world,
        store,
        false,
        endpoint -> {
          endpoint
              .retention(new Retention(100_000, Duration.ofHours(1)))
              .maxMessageBytes(1 << 10)
              .maxPendingBytes(64 << 10);
          options.accept(endpoint);
        });
  }

  private int elsewhere;

  private SimVisitor visitor(String user) {
    SimVisitor visitor = new SimVisitor(world, user).connect(server);
    world.run(10_000);
    assertThat(visitor.heard("welcome")).hasSize(1);
    return visitor;
  }

  private SimVisitor member(String user) {
    SimVisitor member = visitor(user).join("r", 1);
    world.run(10_000);
    assertThat(member.type(1)).isEqualTo("room_joined");
    return member;
  }

  /** Another server, or a call whose answer was lost, appends to the log. */
  private void appendElsewhere(int entries) {
    for (int i = 0; i < entries; i++) {
      store.append(List.of(publication("elsewhere-" + elsewhere++)));
    }
  }

  private LogKey log() {
    return server.hub().topics().log(Address.room("r"));
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void anEntryThatIsNotTheNextOneHasTheOnesBeforeItReadFromTheLog() {
    SimVisitor ann = member("ann");
    ann.publish("r", "m1", 2);
    world.run(1_000);
    appendElsewhere(2);
    ann.publish("r", "m2", 3);
    world.run(10_000);
    assertThat(ann.seqs()).isEqualTo(upTo(4));
    assertThat(ann.closedWith()).isZero();
  }

  @Test
  void aQueueThatIsOverrunCostsNoEntry() {
    SimVisitor ann = member("ann");
    for (int i = 0; i < 10_001; i++) { // before the loop of the member gets to any of them
      CompletionStage<?> unused = server.broker().publish(List.of(publication("m" + i)));
      server.broker().act();
    }
    world.run(60_000);
    assertThat(ann.seqs()).isEqualTo(upTo(10_001));
    assertThat(ann.closedWith()).isZero();
  }

  private SimVisitor join(SimVisitor visitor, int id, String how) {
    return visitor.say("{\"type\":\"join_room\",\"room\":\"r\",\"id\":%d,%s}".formatted(id, how));
  }

  private String since(long seq) {
    return "\"since\":{\"epoch\":\"%s\",\"seq\":%d}".formatted(store.truth(log()).epoch(), seq);
  }

  @Test
  void joinsOfOneRoomAreAnsweredInTurnAndTheLaterOneLeavesOutNothing() {
    appendElsewhere(8);
    SimVisitor ann = visitor("ann");
    join(ann, 1, since(2));
    ann.join("r", 2);
    join(ann, 3, "\"recent\":1");
    world.run(10_000);
    assertThat(ann.heard("room_joined").stream().map(one -> one.get("re").intValue()))
        .containsExactly(1, 2, 3);
    assertThat(ann.seqs().stream().distinct()).containsExactly(3L, 4L, 5L, 6L, 7L, 8L);
  }

  @Test
  void whoAsksForRecentEntriesWhileBehindIsShownTheOnesBeforeThemToo() {
    appendElsewhere(3_000);
    SimVisitor ann = visitor("ann");
    ann.link().stalled(true);
    join(ann, 1, since(0));
    world.run(5_000);
    join(ann, 2, "\"recent\":2");
    world.run(5_000);
    ann.link().stalled(false);
    world.run(60_000);
    assertThat(ann.type(2)).isEqualTo("room_joined");
    assertThat(ann.seqs()).isEqualTo(upTo(3_000));
  }

  @Test
  void aSecondJoinIsNotAnsweredWithAPlaceBeforeWhatWasShown() {
    appendElsewhere(4);
    SimVisitor bob = member("bob"); // so that the server has heard of 4 entries
    appendElsewhere(2);
    SimVisitor ann = visitor("ann");
    join(ann, 1, "\"recent\":2");
    world.run(10_000);
    ann.join("r", 2);
    world.run(10_000);
    assertThat(ann.seqs()).containsExactly(3L, 4L, 5L, 6L);
    assertThat(ann.heard("room_joined").getLast().get("seq").longValue()).isEqualTo(6);
    assertThat(bob.closedWith()).isZero();
  }

  @Test
  void aJoinThatCannotReadTheLogLeavesTheNextOneItsTurn() {
    appendElsewhere(4);
    SimVisitor bob = member("bob"); // so that it is the page that cannot be read
    for (int i = 0; i < 20; i++) { // in some order the second waits for the first
      SimVisitor ann = visitor("ann" + i);
      store.failReads(1);
      join(ann, 1, since(2));
      join(ann, 2, since(2));
      world.run(10_000);
      assertThat(ann.type(1)).isEqualTo("error");
      assertThat(ann.type(2)).isEqualTo("room_joined");
      assertThat(ann.seqs()).containsExactly(3L, 4L);
    }
    assertThat(bob.closedWith()).isZero();
  }

  @Test
  void whoHasLeftReadsNoMore() {
    SimVisitor ann = member("ann");
    ann.publish("r", "m1", 2);
    world.run(1_000);
    ann.say("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":3}");
    world.run(1_000);
    CompletionStage<?> unused = server.broker().publish(List.of(publication("m2")));
    world.run(10_000);
    assertThat(ann.type(3)).isEqualTo("room_left");
    assertThat(ann.seqs()).containsExactly(1L);
  }

  @Test
  void leavingEndsAllJoinsThatWait() {
    appendElsewhere(4);
    SimVisitor ann = visitor("ann");
    join(ann, 1, since(2));
    join(ann, 2, since(2));
    ann.say("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":3}");
    ann.join("r", 4);
    world.run(10_000);
    assertThat(List.of(ann.type(3), ann.type(4))).containsExactly("room_left", "room_joined");
    assertThat(List.of(ann.type(1), ann.type(2))).containsOnly("error");
  }

  @Test
  void aPlaceInALogThatWasLostIsNoPlace() {
    appendElsewhere(8);
    SimVisitor ann = visitor("ann");
    join(ann, 1, "\"since\":{\"epoch\":\"another\",\"seq\":2}");
    world.run(10_000);
    assertThat(ann.answer(1).get("recovered").booleanValue()).isFalse();
    assertThat(ann.seqs()).isEmpty();
  }

  @Test
  void whoMissedMoreThanTenThousandIsToldOfAGapInstead() {
    appendElsewhere(10_001);
    SimVisitor ann = visitor("ann");
    join(ann, 1, since(0));
    SimVisitor bob = visitor("bob");
    join(bob, 1, since(1));
    world.run(60_000);
    assertThat(ann.answer(1).get("recovered").booleanValue()).isFalse();
    assertThat(ann.seqs()).isEmpty();
    assertThat(bob.answer(1).get("recovered").booleanValue()).isTrue();
    assertThat(bob.seqs()).hasSize(10_000);
  }

  /** As a broker might that is not ours: ours says first that something lies before it. */
  @Test
  void whatABrokerLeavesOutIsReadFromTheLog() {
    SimVisitor ann = member("ann");
    appendElsewhere(3);
    Payload data = Payload.json("{\"message\":\"x\"}".getBytes(StandardCharsets.UTF_8));
    topic().entry(new Entry(Address.room("r"), 3, "chat", "bob", 0, "elsewhere-2", data), null);
    world.run(10_000);
    assertThat(ann.seqs()).isEqualTo(upTo(3));
  }

  /** In many orders: a page of one log may come while another one's is waited for. */
  @Test
  void whoComesBackIsShownEachLogInOrder() {
    for (int seed = 1; seed <= 200; seed++) {
      new Comeback(seed).run();
    }
  }

  private static final class Comeback {
    private final int seed;
    private final SimWorld world;
    private final SimStore store;
    private final SimServer server;
    private int published;

    Comeback(int seed) {
      this.seed = seed;
      this.world = new SimWorld(seed);
      this.store = new SimStore(world, true);
      this.server = new SimServer(world, store, true, endpoint -> {});
    }

    private Publication next(Address address) {
      return publication(world, server, address, "m" + published++);
    }

    private void append(Address address, int entries) {
      for (int i = 0; i < entries; i++) {
        store.append(List.of(next(address)));
      }
    }

    void run() {
      Address inbox = Address.user("ann");
      append(inbox, 250);
      append(Address.EVERYONE, 5);
      String epoch = store.truth(server.hub().topics().log(inbox)).epoch();
      SimVisitor ann = new SimVisitor(world, "ann").connect(server);
      ann.say(
          ("{\"type\":\"resume\",\"id\":1,\"session\":\"none\",\"secret\":\"none\",\"logs\":["
                  + "{\"user\":\"ann\",\"epoch\":\"%1$s\",\"seq\":0},{\"everyone\":true,\"epoch\":\"%1$s\",\"seq\":2}]}")
              .formatted(epoch));
      for (int i = 0; i < 10; i++) {
        world.run(world.random.nextInt(500));
        append(
            Address.EVERYONE, world.random.nextInt(2)); // by another process: a hole for a moment
        CompletionStage<?> unused = server.broker().publish(List.of(next(Address.EVERYONE)));
      }
      world.run(60_000);
      long last = store.truth(server.hub().topics().log(Address.EVERYONE)).seq();
      int answered = ann.all().indexOf(ann.answer(1));
      List<JsonNode> shown =
          ann.all().stream()
              .skip(answered)
              .filter(one -> one.get("type").stringValue().equals("chat"))
              .toList();
      assertThat(
              shown.stream().filter(one -> one.has("user")).map(one -> one.get("seq").longValue()))
          .as("the inbox, with seed %s", seed)
          .isEqualTo(upTo(250));
      assertThat(
              shown.stream()
                  .filter(one -> one.has("everyone"))
                  .map(one -> one.get("seq").longValue()))
          .as("everyone's, with seed %s", seed)
          .isEqualTo(LongStream.rangeClosed(3, last).boxed().toList());
    }
  }

  @Test
  void whoFallsBehindWhatIsKeptIsToldAtOnce() {
    server = server(endpoint -> endpoint.retention(new Retention(50, Duration.ofHours(1))));
    SimVisitor ann = member("ann");
    ann.link().stalled(true);
    for (int i = 0; i < 3_000; i++) {
      CompletionStage<?> unused = server.broker().publish(List.of(publication("m" + i)));
      world.run(1);
    }
    ann.link().stalled(false);
    world.run(900); // less than a reader waits for what a page lacks
    assertThat(ann.closedWith()).isEqualTo(4008);
    assertThat(ann.seqs()).isEqualTo(upTo(ann.seqs().size())).hasSizeLessThan(3_000);
  }

  @Test
  void aReaderThatFailsEndsItsOwnConnectionAlone() {
    List<SimVisitor> members =
        LongStream.range(0, 8).mapToObj(i -> member("member" + i)).toList(); // of two loops
    SimVisitor failing = members.get(4);
    JsonNode welcome = failing.heard("welcome").getFirst();
    JsonNode joined = failing.answer(1);
    failing.link().broken(true);
    for (int i = 0; i < 3; i++) {
      CompletionStage<?> unused = server.broker().publish(List.of(publication("m" + i)));
    }
    world.run(20_000);
    for (SimVisitor member : members) {
      assertThat(member.closedWith()).isEqualTo(member == failing ? 1011 : 0);
      assertThat(member.seqs()).isEqualTo(member == failing ? List.of() : upTo(3));
    }
    failing.connect(server).resume(welcome, joined, 0);
    world.run(20_000);
    assertThat(failing.seqs()).isEqualTo(upTo(3));
  }

  @Test
  void aReaderThatFailsOnAPageLeavesNoHole() {
    SimVisitor ann = member("ann");
    ann.link().broken(true);
    CompletionStage<?> unused = server.broker().publish(List.of(publication("m0")));
    appendElsewhere(3);
    moved(ann.answer(1), 3);
    world.run(1_000);
    ann.link().broken(false);
    world.run(20_000);
    assertThat(ann.closedWith()).isEqualTo(1011);
    assertThat(ann.seqs()).isEmpty();
  }

  private Publication publication(String messageId) {
    return publication(world, server, Address.room("r"), messageId);
  }

  private static Publication publication(
      SimWorld world, SimServer server, Address address, String messageId) {
    return new Publication(
        server.hub().topics().log(address),
        "chat",
        "ann",
        messageId,
        world.clock.millis(),
        "{\"message\":\"x\"}".getBytes(StandardCharsets.UTF_8),
        false,
        null,
        server.endpoint().runtime().sessionSettings().publishing().retentions().of(address));
  }

  @Test
  void aLogThatIsLostUnderItsMembersIsAGapThatTheyAreToldOf() {
    SimVisitor ann = member("ann");
    ann.publish("r", "m1", 2).publish("r", "m2", 3);
    world.run(1_000);
    JsonNode welcome = ann.heard("welcome").getFirst();
    JsonNode joined = ann.answer(1);
    store.lose();
    ann.publish("r", "m3", 4);
    world.run(20_000);
    assertThat(ann.closedWith()).isEqualTo(4008);
    ann.connect(server).resume(welcome, joined, 2);
    world.run(10_000);
    JsonNode room = log(ann.answer(0));
    assertThat(room.get("recovered").booleanValue()).isFalse();
    assertThat(room.get("epoch")).isNotEqualTo(joined.get("epoch"));
    ann.publish("r", "m4", 5);
    world.run(10_000);
    assertThat(ann.seqs()).containsExactly(room.get("seq").longValue() + 1);
  }

  private static JsonNode log(JsonNode resumed) {
    return resumed
        .get("logs")
        .valueStream()
        .filter(one -> one.has("room"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aMemberWhoComesBackToALogThatWasLostMeanwhileIsToldSo() {
    SimVisitor ann = member("ann");
    member("bob"); // who keeps the topic
    ann.publish("r", "m1", 2).publish("r", "m2", 3);
    world.run(1_000);
    JsonNode welcome = ann.heard("welcome").getFirst();
    JsonNode joined = ann.answer(1);
    ann.link().cut();
    world.run(40_000);
    store.lose();
    ann.connect(server).resume(welcome, joined, 1);
    world.run(10_000);
    assertThat(log(ann.answer(0)).get("recovered").booleanValue()).isFalse();
  }

  private Topic topic() {
    return Objects.requireNonNull(server.hub().topics().topic(Address.room("r")));
  }

  /** The broker says that the log has gone on to that place. */
  private void moved(JsonNode joined, long seq) {
    topic().moved(new Position(joined.get("epoch").stringValue(), seq));
  }

  @Test
  void aPageThatLacksWhatWasHeardIsReadAgainUntilItHasIt() {
    SimVisitor ann = member("ann");
    ann.publish("r", "m1", 2);
    world.run(1_000);
    store.showOnlyUpTo(1);
    moved(ann.answer(1), 3);
    world.run(1_000);
    store.showOnlyUpTo(Long.MAX_VALUE);
    appendElsewhere(2);
    world.run(5_000);
    assertThat(ann.seqs()).isEqualTo(upTo(3));
    assertThat(ann.closedWith()).isZero();
  }

  @Test
  void aLogThatStaysShorterThanWhatWasHeardIsAGap() {
    SimVisitor ann = member("ann");
    ann.publish("r", "m1", 2).publish("r", "m2", 3).publish("r", "m3", 4);
    world.run(1_000);
    JsonNode welcome = ann.heard("welcome").getFirst();
    JsonNode joined = ann.answer(1);
    store.showOnlyUpTo(2);
    moved(joined, 4);
    world.run(30_000);
    assertThat(ann.closedWith()).isEqualTo(4008);
    ann.connect(server).resume(welcome, joined, 3);
    world.run(10_000);
    JsonNode room = log(ann.answer(0));
    assertThat(room.get("recovered").booleanValue()).isFalse();
    assertThat(room.get("seq").longValue()).isEqualTo(2);
    world.run(30_000);
    assertThat(ann.closedWith()).isZero();
  }

  @Test
  void joiningAndLeavingAtOnceIsAnsweredTwice() {
    SimVisitor ann = visitor("ann");
    for (int i = 0; i < 10; i++) {
      ann.join("r" + i, i)
          .say("{\"type\":\"leave_room\",\"room\":\"r%d\",\"id\":%d}".formatted(i, 100 + i));
    }
    world.run(20_000);
    for (int i = 0; i < 10; i++) {
      assertThat(ann.type(i)).isIn("room_joined", "error");
      assertThat(ann.type(100 + i)).isEqualTo("room_left");
    }
    assertThat(server.hub().sizes()).containsEntry("rooms", 0);
  }

  @Test
  void aLeaveEndsAJoinThatWaitsForAHook() {
    server = server(endpoint -> endpoint.onJoin((room, peer) -> {}));
    SimVisitor ann = visitor("ann");
    ann.join("r", 1).say("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}");
    world.run(20_000);
    assertThat(ann.type(1)).isIn("room_joined", "error");
    assertThat(ann.type(2)).isEqualTo("room_left");
    assertThat(server.hub().sizes()).containsEntry("rooms", 0);
  }

  @Test
  void whatIsPublishedAfterSomethingThatWaitsForAHookIsBehindItInTheLog() {
    server = server(endpoint -> endpoint.onPublish(Talk.Typing.class, (typing, publishing) -> {}));
    SimVisitor ann = member("ann");
    server.threads().hold(true);
    ann.say("{\"type\":\"typing\",\"room\":\"r\",\"data\":{\"on\":true}}");
    ann.publish("r", "m1", 2);
    world.run(1_000);
    assertThat(ann.seqs()).isEmpty();
    server.threads().hold(false);
    world.run(1_000);
    List<String> types = ann.all().stream().map(one -> one.get("type").stringValue()).toList();
    assertThat(types.indexOf("typing")).isPositive().isLessThan(types.indexOf("chat"));
  }

  @Test
  void aStoreThatFailsAtTheStartIsAskedAgain() {
    store.failReads(2);
    SimVisitor ann = new SimVisitor(world, "ann").connect(server);
    world.run(10_000);
    assertThat(ann.heard("welcome")).hasSize(1);
    assertThat(ann.closedWith()).isZero();
  }

  @Test
  void aStoreThatFailsForLongRefusesAndIsAskedAgainByWhoComesNext() {
    store.failReads(1_000_000);
    SimVisitor ann = new SimVisitor(world, "ann").connect(server);
    world.run(30_000);
    assertThat(ann.closedWith()).isEqualTo(1013);
    store.heal();
    assertThat(visitor("ann").heard("welcome")).hasSize(1);
  }

  @Test
  void whoIsRefusedIsNoMember() {
    SimVisitor bob = visitor("bob");
    SimVisitor ann = visitor("ann");
    store.failReads(1_000_000);
    ann.join("r", 1);
    world.run(30_000);
    assertThat(ann.answer(1).get("code").stringValue()).isEqualTo("unavailable");
    store.heal();
    ann.publish("r", "m1", 2);
    bob.join("r", 3);
    world.run(10_000);
    assertThat(ann.answer(2).get("code").stringValue()).isEqualTo("not_a_member");
    assertThat(bob.answer(3).get("members").valueStream().map(JsonNode::stringValue))
        .containsExactly("bob");
    ann.join("r", 4);
    world.run(10_000);
    assertThat(ann.type(4)).isEqualTo("room_joined");
  }

  @Test
  void joiningAgainInVainChangesNothing() {
    SimVisitor ann = member("ann");
    ann.publish("r", "m1", 2);
    world.run(1_000);
    store.failReads(1_000_000);
    ann.say("{\"type\":\"join_room\",\"room\":\"r\",\"recent\":1,\"id\":3}");
    world.run(30_000);
    assertThat(ann.answer(3).get("code").stringValue()).isEqualTo("unavailable");
    store.heal();
    ann.publish("r", "m2", 4);
    world.run(1_000);
    assertThat(ann.type(4)).isEqualTo("ack");
    assertThat(ann.seqs()).isEqualTo(upTo(2));
  }

  @Test
  void aConnectionThatLostItsSessionJoinsNothingForIt() {
    SimVisitor ann = member("ann");
    JsonNode welcome = ann.heard("welcome").getFirst();
    JsonNode joined = ann.answer(1);
    Session session = server.hub().connections().getFirst().session();
    SimVisitor again = new SimVisitor(world, "ann").connect(server);
    again.resume(welcome, joined, 0);
    ann.join("other", 2);
    world.run(10_000);
    assertThat(ann.closedWith()).isEqualTo(4509);
    Connection connection = server.hub().connections().getFirst();
    assertThat(connection.session()).isSameAs(session);
    session
        .rooms()
        .forEach(room -> assertThat(connection.feed().reads(Address.room(room))).isTrue());
  }

  @Test
  void whatIsFleetingAndWaitsForASlowMemberIsDroppedWhenItLeavesTheRoom() {
    server = server(endpoint -> endpoint.slowConsumers(SlowConsumerPolicy.newest()));
    SimVisitor ann = member("ann");
    ann.link().stalled(true);
    for (int i = 0; i < 400; i++) {
      CompletionStage<?> unused =
          server.endpoint().room("r").publishAsync(new Talk.Said("x".repeat(200)), "m" + i);
    }
    world.run(1_000);
    server.endpoint().room("r").fleeting(new Talk.Typing(true));
    world.run(1_000);
    ann.say("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}");
    world.run(1_000);
    ann.link().stalled(false);
    world.run(10_000);
    assertThat(ann.type(2)).isEqualTo("room_left");
    List<String> types = ann.all().stream().map(one -> one.get("type").stringValue()).toList();
    assertThat(types.subList(types.indexOf("room_left"), types.size())).doesNotContain("typing");
  }
}
