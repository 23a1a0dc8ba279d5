package dev.switchboard.server.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.FaultyStore;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a broker makes of a store that fails, step by step: the test is its thread and its clock.
 */
@Tag("D2")
class StoreBrokerTest {
  private static final LogKey LOG = new LogKey("/ws", Address.room("r"));
  private static final LogKey OTHER = new LogKey("/ws", Address.room("other"));

  private static final Retention KEEP = new Retention(100_000, Duration.ofDays(100_000));

  private final FaultyStore store = new FaultyStore();
  private final AtomicLong millis = new AtomicLong();
  private final StoreBroker broker =
      new StoreBroker(store, null, Runnable::run, 1_000_000, millis::get);

  /** Notes what it hears: {@code 1 a} for an entry, {@code to 3} for a log that moved. */
  private static final class Told implements Broker.Subscriber {
    final List<String> all = new ArrayList<>();
    @Nullable RuntimeException fails;

    @Override
    public void entry(Entry entry, @Nullable String without) {
      if (fails != null) {
        throw fails;
      }
      all.add(entry.seq() + " " + entry.messageId());
    }

    @Override
    public void moved(Position head) {
      all.add("to " + head.seq());
    }
  }

  private Told follow(LogKey log) {
    Told told = new Told();
    CompletableFuture<Position> head = broker.subscribe(log, told).toCompletableFuture();
    broker.commitWaiting();
    assertThat(head).isCompleted();
    return told;
  }

  private static Publication publication(LogKey log, @Nullable String messageId) {
    return publication(log, messageId, 10);
  }

  private static Publication publication(LogKey log, @Nullable String messageId, int bytes) {
    byte[] data = ("\"" + "m".repeat(bytes - 2) + "\"").getBytes(StandardCharsets.UTF_8);
    return new Publication(log, "chat", "ann", messageId, 1, data, false, null, KEEP);
  }

  /** What somebody who published or subscribed is told. */
  private record Answer<T>(CompletableFuture<T> future) {
    boolean came() {
      return future.isDone();
    }

    @Nullable ErrorCode refusal() {
      assertThat(future).as("an answer").isDone();
      return future.isCompletedExceptionally()
              && future.exceptionNow() instanceof RefusedException refused
          ? refused.code()
          : null;
    }
  }

  private Answer<List<Committed>> publish(Publication publication) {
    return new Answer<>(broker.publish(List.of(publication)).toCompletableFuture());
  }

  private Answer<List<Committed>> publish(LogKey log, @Nullable String messageId) {
    return publish(publication(log, messageId));
  }

  private Answer<List<Committed>> commit(LogKey log, @Nullable String messageId) {
    Answer<List<Committed>> answer = publish(log, messageId);
    broker.commitWaiting();
    return answer;
  }

  private static List<Long> seqs(Answer<List<Committed>> answer) {
    return answer.future().join().stream().map(one -> one.position().seq()).toList();
  }

  @Test
  void aSubscriptionBeginsBehindWhatWasPublishedBeforeIt() {
    Answer<List<Committed>> before = publish(LOG, "a");
    Told told = new Told();
    CompletableFuture<Position> head = broker.subscribe(LOG, told).toCompletableFuture();
    broker.commitWaiting();
    assertThat(seqs(before)).containsExactly(1L);
    assertThat(head.join().seq()).isEqualTo(1);
    assertThat(told.all).isEmpty();
  }

  @Test
  void whatWaitsWhenTheBrokerClosesIsRefused() {
    Answer<List<Committed>> waiting = publish(LOG, "a");
    CompletableFuture<Position> head = broker.subscribe(LOG, new Told()).toCompletableFuture();
    broker.close(Duration.ofSeconds(1));
    assertThat(waiting.refusal()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(head).isCompletedExceptionally();
  }

  @Test
  void anEntryWhoseCommitSeemedToFailReachesReadersOnceWhenItIsPublishedAgain() {
    Told told = follow(LOG);
    commit(LOG, "a");
    store.thenCommitsAndThrows();
    assertThat(commit(LOG, "b").refusal()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(seqs(commit(LOG, "b"))).containsExactly(2L);
    commit(LOG, "c");
    commit(LOG, "b");
    assertThat(told.all).containsExactly("1 a", "to 2", "3 c");
  }

  @Test
  void nobodyHasToPublishAgainForIt() {
    Told told = follow(LOG);
    store.thenCommitsAndThrows();
    commit(LOG, "a");
    assertThat(told.all).isEmpty();
    broker.commitWaiting();
    assertThat(told.all).containsExactly("to 1");
    broker.commitWaiting();
    assertThat(told.all).containsExactly("to 1");
  }

  @Test
  void whatBecameOfItIsAskedUntilTheStoreAnswers() {
    Told told = follow(LOG);
    store.thenCommitsAndThrows();
    commit(LOG, "a");
    store.down();
    broker.commitWaiting();
    assertThat(told.all).isEmpty();
    store.up();
    broker.commitWaiting();
    assertThat(told.all).containsExactly("to 1");
  }

  @Test
  void readersAreSentToTheLogForWhatAnotherProcessAppended() {
    Told told = follow(LOG);
    commit(LOG, "a");
    store.another(publication(LOG, "elsewhere"));
    commit(LOG, "c");
    commit(LOG, "d");
    assertThat(told.all).containsExactly("1 a", "to 3", "4 d");
  }

  @Test
  void aMessageWithoutAnIdIsNotKeptTwiceByTryingABatchAgain() {
    Told told = follow(LOG);
    store.thenCommitsAndThrows();
    var first = publish(LOG, null);
    var second = publish(LOG, null);
    broker.commitWaiting();
    assertThat(seqs(first)).containsExactly(1L);
    assertThat(seqs(second)).containsExactly(2L);
    assertThat(store.all(LOG).head().seq()).isEqualTo(2);
    assertThat(told.all).containsExactly("to 1", "to 2");
  }

  @Test
  void aNameThatTheBrokerGaveIsSeenByNobodyButTheStore() {
    Told told = follow(LOG);
    commit(LOG, null);
    commit(LOG, "b");
    assertThat(told.all).containsExactly("1 null", "2 b");
    assertThat(broker.after(LOG, 0, 9, 9_999).toCompletableFuture().join().entries())
        .extracting(Entry::messageId)
        .containsExactly(null, "b");
    assertThat(store.all(LOG).entries().get(0).messageId()).startsWith("\u0001");
  }

  @Test
  void oneThatTheStoreCannotTakeDoesNotCostTheOthersOfItsBatch() {
    Told told = follow(LOG);
    List<Answer<List<Committed>>> results = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      results.add(publish(LOG, "m" + i));
      for (int tries = 0; tries < 8; tries++) {
        store.then(batch -> {
          if (batch.stream().anyMatch(one -> "m0".equals(one.messageId()))) {
            throw new IllegalArgumentException("m0: not taken");
          }
          return batch.stream().map(one -> store.keep(one)).toList();
        });
      }
    }
    broker.commitWaiting();
    assertThat(results.get(0).refusal()).isEqualTo(ErrorCode.UNAVAILABLE);
    results.subList(1, 100).forEach(result -> assertThat(result.refusal()).isNull());
    assertThat(told.all).hasSize(99).startsWith("1 m1", "2 m2").endsWith("99 m99");
    assertThat(store.sizes()).hasSizeLessThan(20);
  }

  @Test
  void whatTheStoreRefusesItselfIsTheAnswer() {
    store.thenThrows(new RefusedException(ErrorCode.TOO_LARGE, "more than the quota"));
    assertThat(commit(LOG, "a").refusal()).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(broker.health()).isEqualTo(Broker.Health.GOOD);
  }

  @Test
  void aStoreThatIsDownIsAskedAFewTimesAndThenAllThatWaitIsRefused() {
    follow(LOG);
    List<Answer<List<Committed>>> results =
        IntStream.range(0, 5_000).mapToObj(i -> publish(LOG, "m" + i)).toList();
    store.down();
    broker.commitWaiting();
    results.forEach(result -> assertThat(result.refusal()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(store.sizes()).hasSizeLessThan(20);
    store.up();
    assertThat(commit(LOG, "again").refusal()).isNull();
  }

  @Test
  void aStoreThatTakesItsTimeToFailIsAskedOnce() {
    store.then(batch -> {
      millis.addAndGet(TimeUnit.SECONDS.toMillis(5));
      throw new FaultyStore.Down();
    });
    List<Answer<List<Committed>>> results =
        IntStream.range(0, 600).mapToObj(i -> publish(LOG, "m" + i)).toList();
    broker.commitWaiting();
    results.forEach(result -> assertThat(result.refusal()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(store.sizes()).hasSize(1);
  }

  @Test
  void subscriptionsDoNotWaitOneAfterAnotherForAStoreThatIsDown() {
    store.down();
    List<Answer<Position>> heads =
        IntStream.range(0, 100)
            .mapToObj(i -> broker.subscribe(new LogKey("/ws", Address.room("r" + i)), new Told()))
            .map(head -> new Answer<>(head.toCompletableFuture()))
            .toList();
    broker.commitWaiting();
    heads.forEach(head -> assertThat(head.refusal()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(store.heads()).isLessThan(10);
  }

  @Test
  void aSubscriberThatThrowsIsNoFailureOfTheStore() {
    Told told = follow(LOG);
    told.fails = new IllegalStateException("its loop has ended");
    var both = List.of(publish(LOG, null), publish(LOG, "b"));
    broker.commitWaiting();
    both.forEach(result -> assertThat(result.refusal()).isNull());
    assertThat(store.all(LOG).head().seq()).isEqualTo(2);
    assertThat(told.all).as("readers go on from the log").containsExactly("to 1", "to 2");
    told.fails = null;
    commit(LOG, "c");
    assertThat(told.all).containsExactly("to 1", "to 2", "3 c");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverTheStoreThrowsEachGetsAnAnswerAndTheNextIsCommitted(boolean memory) {
    Told told = follow(LOG);
    Error error = memory ? new OutOfMemoryError("as told") : new AssertionError("as told");
    store.thenThrows(error);
    assertThat(commit(LOG, "a").refusal()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(seqs(commit(LOG, "b"))).containsExactly(1L);
    assertThat(told.all).containsExactly("1 b");
    assertThat(broker.health().alive()).isEqualTo(!memory);
  }

  @Test
  void moreBytesThanTheBoundAreRefusedUntilSomeAreCommitted() {
    List<Answer<List<Committed>>> results = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      results.add(publish(publication(LOG, "m" + i, 100_000)));
    }
    assertThat(results.get(11).refusal()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(results.subList(0, 9)).noneMatch(Answer::came);
    broker.commitWaiting();
    results.subList(0, 9).forEach(result -> assertThat(result.refusal()).isNull());
    for (int round = 0; round < 3; round++) {
      Answer<List<Committed>> large = publish(publication(LOG, "l" + round, 2_000_000));
      assertThat(large.came()).as("larger than the bound, but alone").isFalse();
      assertThat(publish(LOG, "small").refusal()).isEqualTo(ErrorCode.UNAVAILABLE);
      broker.commitWaiting();
      assertThat(large.refusal()).isNull();
    }
  }

  @Test
  void aStoreThatFailedIsReadyAgainWhenItAnswers() {
    store.down();
    commit(OTHER, "a");
    assertThat(broker.health().ready()).isFalse();
    assertThat(broker.health().alive()).isTrue();
    broker.commitWaiting();
    assertThat(broker.health().ready()).isFalse();
    store.up();
    broker.commitWaiting();
    assertThat(broker.health()).isEqualTo(Broker.Health.GOOD);
  }

  @Test
  void aCommitThatDoesNotEndIsFirstNotReadyAndThenNotAlive() {
    List<Broker.Health> seen = new ArrayList<>();
    store.then(batch -> {
      for (int seconds : new int[] {4, 2, 55}) {
        millis.addAndGet(TimeUnit.SECONDS.toMillis(seconds));
        seen.add(broker.health());
      }
      throw new FaultyStore.Down();
    });
    commit(LOG, "a");
    assertThat(seen).extracting(Broker.Health::ready).containsExactly(true, false, false);
    assertThat(seen).extracting(Broker.Health::alive).containsExactly(true, true, false);
    assertThat(broker.health().alive()).isTrue();
  }
}
