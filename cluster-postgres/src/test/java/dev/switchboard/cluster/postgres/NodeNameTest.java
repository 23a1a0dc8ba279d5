package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.peers.RealPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("D5")
class NodeNameTest {
  @Test
  void theDatabaseShowsTheNameOfAServerWithEachOfItsConnections() throws SQLException {
    String url = RealPostgres.url();
    Set<Integer> others = connections(url).keySet();
    try (PostgresCluster named = PostgresCluster.builder(url).node("web-1").open();
        PostgresCluster same = PostgresCluster.builder(url).node("web-1").open()) {
      assertThat(named.history().heads(List.of())).isEmpty();
      assertThat(same.history().heads(List.of())).isEmpty();
      Map<Integer, String> now = connections(url);
      now.keySet().removeAll(others);
      assertThat(now).hasSizeGreaterThan(1);
      assertThat(now.values()).containsOnly("switchboard@web-1");
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

  /** The names of the clusters' connections, by process. */
  private static Map<Integer, String> connections(String url) throws SQLException {
    Map<Integer, String> names = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT pid, application_name FROM pg_stat_activity"
                    + " WHERE application_name LIKE 'switchboard%'")) {
      while (rows.next()) {
        names.put(rows.getInt(1), rows.getString(2));
      }
    }
    return names;
  }
}
