package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.RealPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D5")
class NodeNameTest {
  @Test
  void theDatabaseShowsTheNameOfAServerWithEachOfItsConnections() throws SQLException {
    String url = RealPostgres.url();
    try (PostgresCluster named = PostgresCluster.builder(url).node("web-1").open()) {
      assertThat(named.history().heads(List.of())).isEmpty();
      int shown = connections(url, "= 'switchboard@web-1'");
      assertThat(shown).isPositive();
      assertThat(connections(url, "<> 'switchboard@web-1'")).isZero();
      try (PostgresCluster same = PostgresCluster.builder(url).node("web-1").open()) {
        assertThat(same.history().heads(List.of())).isEmpty();
        assertThat(connections(url, "= 'switchboard@web-1'")).isGreaterThan(shown);
      }
    }
  }

  @Test
  void whatIsNoNameIsRefused() {
    for (String wrong : new String[] {"", "web 1", "ü", "a&b", "x".repeat(41)}) {
      assertThatThrownBy(() -> PostgresCluster.builder("postgresql://db/chat").node(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("node: " + wrong + " (expected: 1-40 letters, digits, '.', '_' or '-')");
    }
  }

  private static int connections(String url, String comparison) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet count =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    + " AND pid <> pg_backend_pid() AND datname = current_database()"
                    + " AND application_name "
                    + comparison)) {
      count.next();
      return count.getInt(1);
    }
  }
}
