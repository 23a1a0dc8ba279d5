package dev.switchboard.cluster.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.switchboard.cluster.PresenceEngine;
import dev.switchboard.cluster.contract.LastSeenOverServersContract;
import dev.switchboard.cluster.contract.PresenceNode;
import java.time.Duration;

class PostgresLastSeenTest extends LastSeenOverServersContract {
  PostgresLastSeenTest() {
    super(new PostgresEngine());
  }

  @Override
  protected PresenceNode node(String calls, String notifications, Duration lease) {
    return PresenceNodes.open(calls, notifications, lease);
  }

  @Override
  protected PresenceEngine.Visit visit() throws Exception {
    HikariDataSource pool = close.later(PresenceNodes.pool(url));
    return PresenceTables.in(pool, "unused").visit();
  }
}
