package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The rules that every {@link Broker} must satisfy. Implement this interface in a test class. */
public interface BrokerContract {
  /** The log that most rules write to. */
  LogKey LOG = Samples.GENERAL;

  /** Opens a broker whose logs are empty. The test closes it. */
  Broker open();

  @Test
  default void whatIsPublishedIsCommittedAndReachesTheSubscriberAsItIs() {
    Publication publication = Samples.from("ann", "a");
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      List<Committed> committed = get(broker.publish(List.of(publication)));
      assertThat(Samples.seqs(committed)).containsExactly(1L);
      assertThat(heard.next())
          .usingRecursiveComparison()
          .isEqualTo(new Heard.Piece(publication.at(1), null));
      assertThat(get(broker.after(LOG, 0, 9, Samples.ANY)).head())
          .isEqualTo(committed.get(0).position());
    }
  }

  @Test
  default void onlyWhatIsInTheLogReachesItsSubscriber() {
    LogKey other = new LogKey("/ws", Address.user("general"));
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      Heard others = Heard.of(broker, other);
      get(broker.publish(List.of(Samples.in(other, "b"), Samples.from("ann", "a"))));
      assertThat(heard.next().entry().messageId()).isEqualTo("a");
      assertThat(others.next().entry().messageId()).isEqualTo("b");
      heard.expectNothing();
      others.expectNothing();
    }
  }

  @Test
  default void whatOneThreadPublishesArrivesInItsOrder() {
    List<CompletableFuture<List<Committed>>> results = new ArrayList<>();
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      for (Publication publication : Samples.many(1_000)) {
        results.add(broker.publish(List.of(publication)).toCompletableFuture());
      }
      for (int i = 1; i <= results.size(); i++) {
        assertThat(Samples.seqs(get(results.get(i - 1)))).containsExactly((long) i);
        assertThat(heard.next().entry().messageId()).isEqualTo("m" + i);
      }
    }
  }

  @Test
  default void whatManyPublishArrivesOneAtATimeWithoutAHole() throws Exception {
    int threads = 8;
    int each = 100;
    try (Broker broker = open();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      Heard heard = Heard.of(broker, LOG);
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        String user = "user" + thread;
        tasks.add(() -> {
          for (int i = 0; i < each; i++) {
            get(broker.publish(List.of(Samples.from(user, "m" + i))));
          }
          return null;
        });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
      LongStream.rangeClosed(1, (long) threads * each)
          .forEach(seq -> assertThat(heard.next().entry().seq()).isEqualTo(seq));
      assertThat(heard.overlapped()).as("two calls at the same time").isFalse();
    }
  }

  @Test
  default void aSubscriptionBeginsExactlyBehindThePlaceItNames() {
    List<CompletableFuture<List<Committed>>> results = new ArrayList<>();
    try (Broker broker = open()) {
      List<Publication> all = Samples.many(400);
      for (int i = 0; i < all.size(); i += 20) {
        all.subList(i, i + 20)
            .forEach(one -> results.add(broker.publish(List.of(one)).toCompletableFuture()));
        Heard heard = new Heard();
        CompletionStage<?> subscribed =
            broker.subscribe(LOG, heard).thenAccept(from -> heard.from(from.seq()));
        results.add(
            broker.publish(List.of(Samples.from("bob", "after" + i))).toCompletableFuture());
        get(subscribed);
        results.forEach(BrokerContract::get);
        heard.expectFromThereTo(get(broker.after(LOG, 0, 1, Samples.ANY)).head().seq());
        broker.unsubscribe(LOG);
      }
    }
  }

  @Test
  default void afterASubscriptionHasEndedNothingComesAndAnotherMayBegin() {
    try (Broker broker = open()) {
      Heard first = Heard.of(broker, LOG);
      broker.unsubscribe(LOG);
      get(broker.publish(List.of(Samples.from("ann", "a"))));
      Heard second = Heard.of(broker, LOG);
      get(broker.publish(List.of(Samples.from("ann", "b"))));
      assertThat(second.next().entry().seq()).isEqualTo(2);
      first.expectNothing();
    }
  }

  @Test
  default void aFleetingOneIsPassedOnAndNeverKept() {
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      get(broker.publish(List.of(Samples.fleeting())));
      get(broker.publish(List.of(Samples.from("ann", "a"))));
      assertThat(List.of(heard.next().entry().seq(), heard.next().entry().seq()))
          .containsExactlyInAnyOrder(0L, 1L);
      assertThat(Samples.seqs(get(broker.after(LOG, 0, 9, Samples.ANY)))).containsExactly(1L);
    }
  }

  @Test
  default void aDuplicateGetsThePlaceOfTheFirstAndIsNotDeliveredAgain() {
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      get(broker.publish(Samples.many(3)));
      List<Committed> again = get(broker.publish(List.of(Samples.from("ann", "m2"))));
      assertThat(Samples.seqs(again)).containsExactly(2L);
      assertThat(Samples.duplicates(again)).containsExactly(true);
      get(broker.publish(List.of(Samples.from("ann", "m4"))));
      LongStream.rangeClosed(1, 4)
          .forEach(seq -> assertThat(heard.next().entry().seq()).isEqualTo(seq));
    }
  }

  @Test
  default void aPublicationWithoutAnIdHasNoneForWhoeverHearsOrReadsIt() {
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      get(broker.publish(List.of(Samples.from("ann", null))));
      get(broker.publish(List.of(Samples.from("ann", null))));
      assertThat(heard.next().entry().messageId()).isNull();
      assertThat(heard.next().entry().seq()).isEqualTo(2);
      assertThat(Samples.messageIds(get(broker.after(LOG, 0, 9, Samples.ANY))))
          .hasSize(2)
          .containsOnlyNulls();
    }
  }

  @Test
  default void theSubscriberLearnsWhichSessionDoesNotGetIt() {
    try (Broker broker = open()) {
      Heard heard = Heard.of(broker, LOG);
      get(broker.publish(List.of(Samples.without("session"))));
      assertThat(heard.next().without()).isEqualTo("session");
    }
  }

  @Test
  default void pagesGoBothWays() {
    try (Broker broker = open()) {
      get(broker.publish(Samples.many(10)));
      Page after = get(broker.after(LOG, 7, 2, Samples.ANY));
      assertThat(Samples.seqs(after)).containsExactly(8L, 9L);
      assertThat(after.more()).isTrue();
      Page before = get(broker.before(LOG, 3, 9, Samples.ANY));
      assertThat(Samples.seqs(before)).containsExactly(1L, 2L);
      assertThat(before.more()).isFalse();
    }
  }

  @Test
  default void whatWasTakenBeforeTheEndIsCommittedAndLaterIsRefused() {
    Broker broker = open();
    List<CompletableFuture<List<Committed>>> taken = new ArrayList<>();
    for (Publication publication : Samples.many(100)) {
      taken.add(broker.publish(List.of(publication)).toCompletableFuture());
    }
    broker.close();
    assertThat(taken).allMatch(CompletableFuture::isDone);
    assertThat(Samples.seqs(get(taken.get(99)))).containsExactly(100L);
    assertThatThrownBy(() -> get(broker.publish(Samples.many(1))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
