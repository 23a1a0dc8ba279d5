package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.contract.Engine;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.spi.Cluster;

/** A real PostgreSQL. */
final class PostgresEngine implements Engine {
  @Override
  public String url() {
    return RealPostgres.url();
  }

  @Override
  public Cluster open(String url) {
    return PostgresCluster.at(url);
  }

  @Override
  public void killListeners() {
    kill("switchboard-listen");
  }

  @Override
  public void killSenders() {
    kill("switchboard-notify");
  }

  private static void kill(String name) {
    RealPostgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
            + name
            + "'");
  }
}
