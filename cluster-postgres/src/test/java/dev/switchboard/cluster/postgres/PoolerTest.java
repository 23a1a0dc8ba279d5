package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.history.HistoryException;
import dev.switchboard.peers.RealPgBouncer;
import dev.switchboard.peers.RealPostgres;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Behind a pooler of connections, for which PgBouncer stands. */
@Tag("D5")
class PoolerTest {
  private final String url = RealPostgres.url();

  @Test
  void aPoolerInTransactionModeIsRefusedAtTheStartBecauseNothingIsHeardThroughIt() {
    try (RealPgBouncer pooler = RealPgBouncer.start(url, "transaction");
        PostgresCluster cluster = PostgresCluster.builder(url).listenUrl(pooler.url()).open()) {
      assertThatThrownBy(cluster.bus()::start)
          .isInstanceOf(HistoryException.class)
          .hasMessageStartingWith("PostgreSQL: notifications do not arrive (expected: ");
    }
  }

  @Test
  void aPoolerInSessionModeWillDo() {
    try (RealPgBouncer pooler = RealPgBouncer.start(url, "session");
        PostgresCluster cluster = PostgresCluster.builder(url).listenUrl(pooler.url()).open()) {
      cluster.bus().start();
      assertThat(cluster.history().heads(List.of())).isEmpty();
    }
  }
}
