package dev.switchboard.cluster.postgres;

import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import dev.switchboard.server.Verdict;
import java.time.Duration;
import java.util.List;

/** A server whose clients read what transactions leave; also as a process that can be killed. */
final class OutboxServer {
  private OutboxServer() {}

  static Server start(PostgresCluster cluster) {
    return Server.builder()
        .port(0)
        .closeTimeout(Duration.ofSeconds(1))
        .cluster(cluster)
        .endpoint(
            "/ws",
            Endpoint.of(Talk.class)
                .identify(request ->
                    Verdict.allow(request.query().getOrDefault("user", List.of("nobody")).get(0))))
        .start();
  }

  static Server start(String url) {
    return start(PostgresCluster.at(url));
  }

  /** Runs until it is killed. The argument is the database. */
  public static void main(String[] arguments) {
    Server server = start(arguments[0]);
    System.out.println("listening on " + server.address());
  }
}
