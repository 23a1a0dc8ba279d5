package dev.switchboard.server.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.server.FaultyStore;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What two brokers make of one store, step by step: the test is their threads and their bus. */
@Tag("D5")
class SharedStoreTest {
  private static final LogKey LOG = new LogKey("/ws", Address.room("r"));
  private static final Retention KEEP = new Retention(100_000, Duration.ofDays(100_000));

  private final FaultyStore store = new FaultyStore();
  private final TestBus here = new TestBus();
  private final TestBus there = new TestBus();
  private final Queue<Runnable> fetches = new ArrayDeque<>(); // what broker has to read
  private final StoreBroker broker = new StoreBroker(store, here, fetches::add, 1_000_000, () -> 0);
  private final StoreBroker other =
      new StoreBroker(store, there, Runnable::run, 1_000_000, () -> 0);

  /** One end of a bus with two; what it is told goes out when the test says so. */
  private static final class TestBus implements Bus {
    private record Message(String kind, byte[] bytes) {}

    final Map<String, Listener> listeners = new HashMap<>();
    final Queue<Message> sent = new ArrayDeque<>();

    @Override
    public void listen(String kind, Listener listener) {
      listeners.put(kind, listener);
    }

    @Override
    public void start() {}

    @Override
    public void send(String kind, byte[] message) {
      sent.add(new Message(kind, message));
    }

    void deliverTo(TestBus receiver) {
      sent.forEach(message -> receiver.receive(message));
      sent.clear();
    }

    void receive(Message message) {
      Objects.requireNonNull(listeners.get(message.kind)).received(message.bytes);
    }

    void restored() {
      listeners.values().forEach(Listener::restored);
    }

    @Override
    public void close() {}
  }

  /** Notes what it hears: {@code 1 a} for an entry, {@code to 3} for a log that moved. */
  private static final class Told implements Broker.Subscriber {
    final List<String> all = new ArrayList<>();

    @Override
    public void entry(Entry entry, @Nullable String without) {
      all.add(entry.seq() + " " + entry.messageId() + (without == null ? "" : " not " + without));
    }

    @Override
    public void moved(Position head) {
      all.add("to " + head.seq());
    }
  }

  private Told follow() {
    Told told = new Told();
    CompletableFuture<Position> head = broker.subscribe(LOG, told).toCompletableFuture();
    broker.commitWaiting();
    assertThat(head).isCompleted();
    return told;
  }

  private static void commit(StoreBroker publisher, String messageId) {
    commit(publisher, messageId, null);
  }

  private static void commit(StoreBroker publisher, String messageId, @Nullable String without) {
    CompletableFuture<?> result =
        publisher.publish(List.of(publication(messageId, false, without))).toCompletableFuture();
    publisher.commitWaiting();
    assertThat(result).isCompleted();
  }

  private static Publication publication(
      String messageId, boolean fleeting, @Nullable String without) {
    byte[] data = "{}".getBytes(StandardCharsets.UTF_8);
    return new Publication(LOG, "chat", "ann", messageId, 1, data, fleeting, without, KEEP);
  }

  private int fetch() {
    int count = 0;
    for (Runnable next = fetches.poll(); next != null; next = fetches.poll()) {
      next.run();
      count++;
    }
    return count;
  }

  @Test
  void whatAnotherServerHasAppendedIsFetchedOnceAndPassedOnInOrder() {
    Told told = follow();
    commit(other, "a");
    commit(other, "b");
    there.deliverTo(here);
    assertThat(fetch()).isEqualTo(1);
    commit(other, "c");
    there.deliverTo(here);
    assertThat(fetch()).isEqualTo(1);
    assertThat(told.all).containsExactly("1 a", "2 b", "3 c");
  }

  @Test
  void ownEntriesWaitForOthersBeforeThemAndStillExcludeASession() {
    Told told = follow();
    commit(other, "a");
    commit(broker, "b", "s");
    assertThat(told.all).isEmpty();
    commit(broker, "c");
    assertThat(fetch()).isEqualTo(1);
    assertThat(told.all).containsExactly("1 a", "2 b not s", "3 c");
    commit(broker, "d", "s");
    there.deliverTo(here);
    assertThat(fetch()).isZero();
    assertThat(told.all).hasSize(4).endsWith("4 d not s");
  }

  @Test
  void whatIsCommittedWhileAPageIsReadIsFetchedAfterIt() {
    Told told = follow();
    commit(other, "a");
    there.deliverTo(here);
    Runnable reads = fetches.remove();
    commit(other, "b");
    reads.run(); // it may have been read with or without b
    there.deliverTo(here);
    int unused = fetch();
    assertThat(told.all).containsExactly("1 a", "2 b");
  }

  @Test
  void aPageThatDoesNotHoldEverythingIsFollowedByAnother() {
    Told told = follow();
    int entries = 1_200; // a page holds 500
    for (int i = 1; i <= entries; i++) {
      commit(other, "m" + i);
    }
    there.deliverTo(here);
    assertThat(fetch()).isEqualTo(3);
    assertThat(told.all).hasSize(entries).endsWith("1200 m1200");
  }

  @Test
  void whatTheBusHasLostIsFoundByTheHeads() {
    Told told = follow();
    commit(other, "a");
    there.sent.clear();
    here.restored();
    broker.commitWaiting();
    assertThat(fetch()).isEqualTo(1);
    assertThat(told.all).containsExactly("1 a");
  }

  @Test
  void aPageThatCouldNotBeReadIsReadAgain() {
    Told told = follow();
    commit(other, "a");
    store.down();
    there.deliverTo(here);
    assertThat(fetch()).isEqualTo(1);
    broker.commitWaiting(); // the heads can't be read either
    store.up();
    broker.commitWaiting();
    assertThat(fetch()).isEqualTo(1);
    assertThat(told.all).containsExactly("1 a");
  }

  @Test
  void whatIsHeardOfWhileTheSubscriptionBeginsIsNotLeftOut() {
    Told told = new Told();
    CompletableFuture<Position> head = broker.subscribe(LOG, told).toCompletableFuture();
    store.afterHead(() -> {
      commit(other, "a");
      there.deliverTo(here);
    });
    broker.commitWaiting();
    assertThat(head.join().seq()).isZero();
    int unused = fetch();
    assertThat(told.all).containsExactly("1 a");
  }

  @Test
  void afterTheEndOfASubscriptionNothingIsFetched() {
    Told told = follow();
    commit(other, "a");
    there.deliverTo(here);
    broker.unsubscribe(LOG);
    int unused = fetch();
    commit(other, "b");
    there.deliverTo(here);
    here.restored();
    broker.commitWaiting();
    assertThat(fetch()).isZero();
    assertThat(told.all).isEmpty();
  }

  @Test
  void aLogThatStartedOverIsNotBelievedBeforeTheStoreSaysSo() {
    Told told = follow();
    Position another = new Position("another", 7);
    here.receive(new TestBus.Message(BusMessages.HEADS, BusMessages.heads(Map.of(LOG, another))));
    broker.commitWaiting();
    assertThat(fetch()).isZero();
    assertThat(told.all).isEmpty();
  }

  @Test
  void oneMessageForABatchAndNoneForWhatIsOnlyRead() {
    for (int i = 0; i < 10; i++) {
      assertThat(broker.publish(List.of(publication("m" + i, false, null)))).isNotNull();
    }
    broker.commitWaiting();
    assertThat(here.sent).hasSize(1);
    assertThat(BusMessages.heads(here.sent.remove().bytes)).hasSize(1);
    commit(other, "a");
    there.deliverTo(here);
    assertThat(broker.after(LOG, 0, 9, 100)).isNotNull();
    assertThat(fetch()).isEqualTo(1);
    assertThat(here.sent).isEmpty();
  }

  @Test
  void aFleetingMessageGoesHereAndThere() {
    Told told = follow();
    assertThat(broker.publish(List.of(publication("here", true, "s")))).isCompleted();
    assertThat(other.publish(List.of(publication("there", true, "s")))).isCompleted();
    there.deliverTo(here);
    assertThat(told.all).containsExactly("0 here not s", "0 there not s");
    assertThat(BusMessages.fleeting(here.sent.remove().bytes).at(0).data())
        .isEqualTo("{}".getBytes(StandardCharsets.UTF_8));
  }
}
