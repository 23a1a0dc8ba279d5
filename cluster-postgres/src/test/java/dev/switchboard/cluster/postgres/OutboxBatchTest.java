package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import dev.switchboard.spi.TransactionalMessages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of rows when publishing is refused. */
@Tag("D5")
class OutboxBatchTest {
  private final List<String> appended = new ArrayList<>();
  private final Set<String> atFault = new HashSet<>();
  private final Set<String> later = new HashSet<>();

  /** A store that refuses some messages, and all that come with them. */
  private final class Store implements TransactionalMessages.Publisher {
    @Override
    public Publication publication(TransactionalMessages.Message message) {
      LogKey log = new LogKey(message.path(), message.address());
      return new Publication(
          log,
          message.type(),
          null,
          message.messageId(),
          1,
          message.data(),
          false,
          null,
          Retention.DEFAULT);
    }

    @Override
    public CompletionStage<List<Committed>> publish(List<Publication> publications) {
      List<String> ids = publications.stream().map(Publication::messageId).toList();
      if (ids.stream().anyMatch(atFault::contains)) {
        return refusal(ErrorCode.FORBIDDEN);
      }
      if (ids.stream().anyMatch(later::contains)) {
        return refusal(ErrorCode.UNAVAILABLE);
      }
      appended.addAll(ids);
      return CompletableFuture.completedFuture(List.of());
    }

    private static CompletionStage<List<Committed>> refusal(ErrorCode code) {
      return CompletableFuture.failedFuture(new RefusedException(code, code.wire()));
    }
  }

  private final OutboxBatch batch = new OutboxBatch(new Store());

  private boolean publish(String... ids) throws InterruptedException {
    List<OutboxRow> rows = new ArrayList<>();
    Arrays.stream(ids)
        .forEach(id -> rows.add(new OutboxRow(rows.size(), "/ws", "room", "r", "Said", null, id)));
    return batch.publish(rows);
  }

  @Test
  void aMessageThatTheStoreDoesNotAcceptIsLeftOut() throws Exception {
    atFault.add("b");
    assertThat(publish("a", "b", "c")).isTrue();
    assertThat(appended).containsExactly("a", "c");
    assertThat(batch.published()).containsExactly(0L, 2L);
    assertThat(batch.errors()).containsOnlyKeys(1L).containsEntry(1L, "forbidden");
  }

  @Test
  void nothingOvertakesAMessageThatHasToWait() throws Exception {
    atFault.add("a");
    later.add("c");
    assertThat(publish("a", "b", "c", "d")).isFalse();
    assertThat(appended).containsExactly("b");
    assertThat(batch.published()).containsExactly(1L);
    assertThat(batch.errors()).containsOnlyKeys(0L);
  }

  @Test
  void whileTheStoreDoesNotWorkNothingIsPublishedOrLeftOut() throws Exception {
    later.addAll(List.of("a", "b"));
    assertThat(publish("a", "b")).isFalse();
    assertThat(batch.published()).isEmpty();
    assertThat(batch.errors()).isEmpty();
  }
}
