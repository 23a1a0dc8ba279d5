package dev.switchboard.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.PresenceEngine;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.Address;
import dev.switchboard.spi.LastSeen;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.contract.LastSeenContract;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When users were last seen, by any server. */
@Tag("D5")
public abstract class LastSeenOverServersContract implements LastSeenContract {
  /** The address of this test's store. */
  protected final String url;

  /** Closes what a test has opened. */
  @RegisterExtension protected final Closing close = new Closing();

  /** Tests an engine. */
  protected LastSeenOverServersContract(Engine engine) {
    this.url = engine.url();
  }

  /** Opens the presence of one server. Its calls and its notifications may take different ways. */
  protected abstract PresenceNode node(String calls, String notifications, Duration lease);

  /** Visits the engine. What that needs is closed when the test is over. */
  protected abstract PresenceEngine.Visit visit() throws Exception;

  @Override
  public LastSeen open() {
    PresenceNode node = node(url, url, LeasedPresence.LEASE);
    node.watch((where, user, present, count) -> {});
    LastSeen store = node.presence.lastSeen();
    return new LastSeen() {
      @Override
      public void put(String space, String user, Instant time) {
        store.put(space, user, time);
      }

      @Override
      public CompletionStage<Optional<Instant>> get(String space, String user) {
        return store.get(space, user);
      }

      @Override
      public void close() {
        node.close();
      }
    };
  }

  @Test
  void theUsersOfADeadServerWereSeenUntilItDied() throws Exception {
    Duration lease = Duration.ofSeconds(1);
    Instant before = Instant.now();
    try (TcpProxy network = TcpProxy.toDatabase(url);
        PresenceNode dead = node(network.through(url), url, lease);
        PresenceNode other = node(url, url, lease)) {
      other.watch((where, user, present, count) -> {});
      dead.watch((where, user, present, count) -> {});
      Waiting.get(dead.enter(new LogKey("/ws", Address.EVERYONE), "ann"));
      Waiting.get(dead.enter(new LogKey("/ws", Address.room("r")), "ann"));
      network.cut();
      Waiting.until(() -> seen(other).isPresent());
      assertThat(seen(other).orElseThrow()).isBetween(before, Instant.now());
    }
  }

  private static Optional<Instant> seen(PresenceNode node) {
    return Waiting.get(node.presence.lastSeen().get("/ws", "ann"));
  }

  @Test
  void whoHasBeenAwayLongestIsForgotten() throws Exception {
    PresenceEngine.Visit visit = close.later(visit());
    for (int i = 0; i < 25; i++) {
      visit.seen(Map.of(user(i), TIME.plusSeconds(i).toEpochMilli()));
    }
    visit.forgetSeen(10);
    assertThat(visit.lastSeen(user(14))).isEmpty();
    assertThat(visit.lastSeen(user(15))).hasValue(TIME.plusSeconds(15).toEpochMilli());
  }

  private static PresenceEngine.Seen user(int number) {
    return new PresenceEngine.Seen("/ws", "user" + number);
  }
}
