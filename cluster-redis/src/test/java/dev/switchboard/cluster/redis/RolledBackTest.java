package dev.switchboard.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.ClientEvent;
import dev.switchboard.cluster.contract.Member;
import dev.switchboard.cluster.contract.Servers;
import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Redis comes back without its last commits, as after a power failure, or when a replica takes over
 * that did not have them. Here it is given an older copy of its files.
 */
@Tag("D5")
class RolledBackTest extends Servers {
  private static final LogKey ROOM = new LogKey("/ws", Address.room("r"));
  private static final Duration LONG = Duration.ofSeconds(40);

  private final OwnRedis own;

  RolledBackTest() {
    super(new OwnRedis(Level.FAST));
    own = close.later((OwnRedis) engine);
  }

  private Path files() {
    return own.redis.folder().resolve("appendonlydir");
  }

  private Path copy() throws IOException {
    Path copy = own.redis.folder().resolve("copy");
    copy(files(), copy);
    return copy;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> all = Files.list(from)) {
      for (Path file : all.toList()) {
        Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
  }

  /** Kills Redis and starts it with the copy. */
  private void goBackTo(Path copy) throws IOException {
    own.redis.kill();
    try (Stream<Path> all = Files.list(files())) {
      all.forEach(file -> {
        try {
          Files.delete(file);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
    copy(copy, files());
    own.redis.restart();
  }

  private RedisCluster cluster() {
    return close.later(RedisCluster.at(url, Level.FAST));
  }

  private static Position append(HistoryStore history, String id) {
    Publication publication =
        new Publication(
            ROOM,
            "chat",
            "ann",
            id,
            System.currentTimeMillis(),
            id.getBytes(StandardCharsets.UTF_8),
            false,
            null,
            Retention.DEFAULT);
    return history.append(List.of(publication)).getFirst().position();
  }

  /** Notes each entry by its epoch and seq, where there must be only one for all times. */
  private static void note(HistoryStore history, Map<Position, String> entries) {
    Page page = history.after(ROOM, 0, 1_000, 1 << 20);
    for (Entry entry : page.entries()) {
      Position place = new Position(page.head().epoch(), entry.seq());
      String text = String.valueOf(entry.messageId());
      assertThat(entries.getOrDefault(place, text)).as("%s", place).isEqualTo(text);
      entries.put(place, text);
    }
  }

  @Test
  void membersAreToldOfAGapAndNothingIsRewritten() throws Exception {
    HistoryStore history = cluster().history(); // of a third server, which only reads
    Map<Position, String> entries = new HashMap<>();
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    talks(ann, 10).call();
    bob.expectAllUpTo(10);
    ann.expectAllUpTo(10);
    note(history, entries);
    Path copy = copy();
    talks(ann, 5).call();
    bob.expectAllUpTo(15);
    ann.expectAllUpTo(15);
    note(history, entries);
    goBackTo(copy);
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> bob.room.publish(new Talk.Said("afterwards")) != null);
    await().atMost(LONG).until(() -> !ann.gaps.isEmpty() && !bob.gaps.isEmpty());
    note(history, entries);
    long last = ann.room.publish(new Talk.Said("last")).seq();
    assertThat(last).isEqualTo(12);
    await().atMost(LONG).until(() -> bob.texts.contains("last"));
    note(history, entries);
    ClientEvent gap = new ClientEvent.Gap(ROOM.address());
    assertThat(ann.gaps).as("one for each log").contains(gap).doesNotHaveDuplicates();
    assertThat(bob.gaps).as("one for each log").contains(gap).doesNotHaveDuplicates();
    assertThat(entries.keySet().stream().map(Position::epoch).distinct()).hasSize(2);
  }

  @Test
  void aRestartThatLosesNothingIsNoGap() throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    talks(ann, 10).call();
    own.redis.kill();
    own.redis.restart();
    await().atMost(LONG).ignoreExceptions().until(() -> talks(bob, 1).call() == null);
    talks(ann, 10).call();
    long last = bob.room.publish(new Talk.Said("last")).seq();
    ann.expectAllUpTo(last);
    bob.expectAllUpTo(last);
  }

  @Test
  void aServerThatAppendsNowLearnsWhatAnotherHasSeenBefore() throws Exception {
    RedisCluster one = cluster();
    RedisCluster other = cluster();
    one.bus().start();
    other.bus().start();
    Position before = append(one.history(), "a");
    Path copy = copy();
    append(other.history(), "lost");
    other.bus().send("heads", new byte[0]);
    await().until(() -> seenBy(one).commit() >= 2);
    goBackTo(copy);
    Position after = appendWhenBack(one.history(), "b");
    assertThat(after.epoch()).isNotEqualTo(before.epoch());
    assertThat(after.seq()).isEqualTo(2);
    assertThat(appendWhenBack(other.history(), "c").epoch()).isEqualTo(after.epoch());
  }

  private static SeenCommits.Seen seenBy(RedisCluster cluster) {
    return cluster.seen().current();
  }

  private static Position appendWhenBack(HistoryStore history, String id) {
    return await().atMost(LONG).ignoreExceptions().until(() -> append(history, id), at -> true);
  }

  @Test
  void aServerThatComesBackLateTellsOfALossHoweverFarTheLogHasGoneSince() throws Exception {
    HistoryStore one = cluster().history();
    HistoryStore late = cluster().history();
    Position first = append(one, "a");
    Path copy = copy();
    append(late, "lost");
    goBackTo(copy);
    Position rewritten = appendWhenBack(one, "b");
    assertThat(rewritten).as("nobody here knows").isEqualTo(new Position(first.epoch(), 2));
    append(one, "c");
    append(one, "d");
    String epoch =
        await().atMost(LONG).ignoreExceptions().until(() -> late.head(ROOM), at -> true).epoch();
    assertThat(epoch).isNotEqualTo(first.epoch());
    assertThat(append(one, "e")).isEqualTo(new Position(epoch, 5));
    assertThat(append(late, "f")).isEqualTo(new Position(epoch, 6));
  }

  @Test
  void aStoreThatIsEmptiedWhileServersRunGetsAnotherEpoch() {
    HistoryStore one = cluster().history();
    Position first = append(one, "a");
    own.redis.say("FLUSHALL");
    Position after = appendWhenBack(one, "b");
    assertThat(after.epoch()).isNotEqualTo(first.epoch());
    assertThat(after.seq()).isEqualTo(1);
  }
}
