package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore.Users;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Servers that die, are cut off, and come back. */
@Tag("D5")
public abstract class PresenceFailuresContract {
  private static final LogKey ROOM = new LogKey("/ws", Address.room("general"));
  private static final LogKey OTHER_ROOM = new LogKey("/ws", Address.room("other"));
  private static final Duration LEASE = Duration.ofMillis(1_500);

  private final Engine engine;
  private final String url;
  private final TcpProxy network;
  private final List<PresenceNode> nodes = new ArrayList<>();

  /** Tests an engine. */
  protected PresenceFailuresContract(Engine engine) {
    this.engine = engine;
    this.url = engine.url();
    this.network = TcpProxy.toDatabase(url);
  }

  /** Opens the store of one server. Its calls and its notifications may take different ways. */
  protected abstract PresenceNode open(String calls, String notifications, Duration lease);

  /** Ends all connections, and empties what the engine has of presence. */
  protected abstract void crash(String address) throws Exception;

  @AfterEach
  void close() {
    network.heal();
    nodes.forEach(PresenceNode::close);
    network.close();
  }

  /** Opens a node that records what it is told, as {@code +ann 1}. */
  private PresenceNode node(String calls, String notifications, Told told) {
    PresenceNode node = open(calls, notifications, LEASE);
    nodes.add(node);
    node.watch(told);
    return node;
  }

  private static Users users(PresenceNode node) {
    return Waiting.get(node.after(ROOM, "", 99));
  }

  @Test
  void ofAServerThatDiesOnlyThoseWhoDoNotComeBackAreToldToHaveLeft() throws Exception {
    Told told = new Told(ROOM);
    PresenceNode survivor = node(url, url, told);
    PresenceNode dying = node(network.through(url), network.through(url), new Told(ROOM));
    Waiting.get(survivor.enter(ROOM, "zoe"));
    Waiting.get(dying.enter(ROOM, "ann"));
    Waiting.get(dying.enter(ROOM, "bob"));
    Waiting.get(dying.enter(OTHER_ROOM, "bob"));
    network.cut();
    Waiting.get(survivor.enter(ROOM, "bob"));
    assertThat(users(survivor)).isEqualTo(new Users(List.of("ann", "bob", "zoe"), 3));
    told.expect("+zoe 1", "+ann 2", "+bob 3", "-ann 2");
    assertThat(users(survivor)).isEqualTo(new Users(List.of("bob", "zoe"), 2));
    Waiting.until(() -> Waiting.get(survivor.first(OTHER_ROOM, 9)).count() == 0);
    assertThat(Waiting.get(survivor.first(OTHER_ROOM, 9))).isEqualTo(new Users(List.of(), 0));
    assertThat(Waiting.get(survivor.first(ROOM, 9)).names())
        .as("kept its place")
        .startsWith("zoe", "bob");
  }

  @Test
  void aServerThatWasCutOffPutsItsUsersInAgain() throws Exception {
    Told told = new Told(ROOM);
    Told own = new Told(ROOM);
    PresenceNode survivor = node(url, url, told);
    PresenceNode paused = node(network.through(url), network.through(url), own);
    Waiting.get(survivor.enter(ROOM, "zoe"));
    Waiting.get(paused.enter(ROOM, "ann"));
    Waiting.get(paused.enter(ROOM, "bob"));
    network.stall();
    told.expect("+zoe 1", "+ann 2", "+bob 3", "-ann 2", "-bob 1");
    Waiting.get(survivor.leave(ROOM, "zoe"));
    network.heal();
    Waiting.until(() -> users(survivor).count() == 2);
    assertThat(users(survivor)).isEqualTo(new Users(List.of("ann", "bob"), 2));
    own.expect("+ann 2", "+bob 3", "-zoe 2"); // it never lost those that it had
    Waiting.get(survivor.enter(ROOM, "yan"));
    Waiting.get(paused.leave(ROOM, "bob"));
    own.expect("+ann 2", "+bob 3", "-zoe 2", "+yan 3", "-bob 2");
  }

  @Test
  void whatWasMissedWhileNotListeningIsToldOnce() throws Exception {
    Told told = new Told(ROOM);
    PresenceNode deaf = node(url, network.through(url), told);
    PresenceNode other = node(url, url, new Told(ROOM));
    Waiting.get(deaf.enter(ROOM, "zoe"));
    Waiting.get(other.enter(ROOM, "ann"));
    Waiting.get(other.enter(ROOM, "bob"));
    told.expect("+zoe 1", "+ann 2", "+bob 3");
    network.cut();
    Waiting.get(other.leave(ROOM, "ann"));
    Waiting.get(other.enter(ROOM, "carl"));
    Waiting.get(other.leave(ROOM, "bob"));
    Waiting.get(other.enter(ROOM, "bob"));
    Waiting.get(deaf.enter(ROOM, "yan"));
    assertThat(told.all()).hasSize(3);
    network.heal();
    Waiting.until(() -> told.all().size() >= 6);
    assertThat(told.all().subList(3, 6))
        .extracting(change -> change.substring(0, change.indexOf(' ')))
        .containsExactlyInAnyOrder("-ann", "+carl", "+yan");
    Waiting.get(other.enter(ROOM, "dora"));
    Waiting.until(() -> told.all().size() >= 7);
    assertThat(told.all()).hasSize(7).last().isEqualTo("+dora 5");
  }

  @Test
  void nothingIsLeftOutHoweverOftenTheListeningConnectionIsEnded() {
    Told told = new Told(ROOM);
    PresenceNode one = node(url, url, told);
    PresenceNode other = node(url, url, new Told(ROOM));
    Waiting.get(one.enter(ROOM, "zoe"));
    for (int round = 0; round < 10; round++) {
      List<CompletionStage<Void>> changes =
          IntStream.range(0, 20)
              .mapToObj(i ->
                  i % 4 == 3 ? other.leave(ROOM, "user" + (i - 1)) : other.enter(ROOM, "user" + i))
              .toList();
      engine.killListeners();
      changes.forEach(Waiting::get);
      Waiting.get(other.leave(ROOM, "user" + round));
    }
    Waiting.get(other.enter(ROOM, "last"));
    Waiting.until(() -> told.present().equals(Set.copyOf(users(one).names())));
    assertThat(told.present()).containsExactlyInAnyOrderElementsOf(users(one).names());
  }

  @Test
  void whileTheEngineIsAwayCallsAreUnavailableAndAreCarriedOutLater() throws Exception {
    Told told = new Told(ROOM);
    PresenceNode node = node(network.through(url), network.through(url), told);
    PresenceNode other = node(url, url, new Told(ROOM));
    Waiting.get(node.enter(ROOM, "ann"));
    Waiting.get(node.enter(ROOM, "bob"));
    told.expect("+ann 1", "+bob 2");
    network.cut();
    for (CompletionStage<?> stage :
        List.of(node.enter(ROOM, "carl"), node.leave(ROOM, "bob"), node.has(ROOM, "ann"))) {
      assertThat(stage.handle((done, failure) -> failure).toCompletableFuture().get())
          .extracting(failure -> failure instanceof CompletionException e ? e.getCause() : failure)
          .isInstanceOfSatisfying(
              RefusedException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }
    network.heal();
    Waiting.until(() -> users(other).names().equals(List.of("ann", "carl")));
    assertThat(users(other)).isEqualTo(new Users(List.of("ann", "carl"), 2));
    Waiting.until(() -> told.all().size() >= 4);
    assertThat(told.all()).hasSize(4).contains("+ann 1", "+bob 2");
  }

  @Test
  void afterACrashOfTheEngineEverybodyIsThereAgainAndNobodyIsToldToHaveLeft() throws Exception {
    Told told = new Told(ROOM);
    PresenceNode one = node(url, url, told);
    PresenceNode other = node(url, url, new Told(ROOM));
    Waiting.get(one.enter(ROOM, "ann"));
    Waiting.get(other.enter(ROOM, "bob"));
    told.expect("+ann 1", "+bob 2");
    crash(url);
    Waiting.until(() -> users(one).count() == 2);
    assertThat(users(one)).isEqualTo(new Users(List.of("ann", "bob"), 2));
    Waiting.get(other.enter(ROOM, "carl"));
    told.expect("+ann 1", "+bob 2", "+carl 3");
    // After a lease's time it is certain who did not come back, and it is nobody.
    LockSupport.parkNanos(2 * LEASE.toNanos());
    Waiting.get(other.leave(ROOM, "carl"));
    told.expect("+ann 1", "+bob 2", "+carl 3", "-carl 2");
  }

  @Test
  void manyUsersAreEnteredTogetherAndPlacesWithoutUsersHereAreForgotten() {
    Told told = new Told(ROOM);
    PresenceNode one = node(url, url, told);
    List<CompletionStage<Void>> stages =
        IntStream.range(0, 5_000).mapToObj(i -> one.enter(ROOM, "é".repeat(50) + i)).toList();
    stages.forEach(Waiting::get);
    assertThat(Waiting.get(one.first(ROOM, 3)).names())
        .containsExactly("é".repeat(50) + 0, "é".repeat(50) + 1, "é".repeat(50) + 2);
    assertThat(Waiting.get(one.first(ROOM, 3)).count()).isEqualTo(5_000);
    Waiting.until(() -> told.all().size() >= 5_000);
    assertThat(told.all()).hasSize(5_000).last().asString().endsWith(" 5000");
    List<CompletionStage<Void>> leaving =
        IntStream.range(0, 5_000).mapToObj(i -> one.leave(ROOM, "é".repeat(50) + i)).toList();
    leaving.forEach(Waiting::get);
    Waiting.until(() -> one.presence.watched() == 0);
    assertThat(one.presence.watched()).isZero();
    assertThat(told.all()).hasSize(10_000).last().asString().endsWith(" 0");
  }
}
