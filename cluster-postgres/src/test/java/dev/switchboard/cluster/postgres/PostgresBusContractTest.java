package dev.switchboard.cluster.postgres;

import dev.switchboard.peers.RealPostgres;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.contract.BusContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("D5")
class PostgresBusContractTest implements BusContract {
  private final String url = RealPostgres.url();
  private final List<PostgresCluster> clusters = new ArrayList<>();

  @Override
  public Bus open() {
    PostgresCluster cluster = PostgresCluster.at(url);
    clusters.add(cluster);
    return cluster.bus();
  }

  @AfterEach
  void close() {
    clusters.forEach(PostgresCluster::close);
  }
}
