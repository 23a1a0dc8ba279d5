package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.contract.Member;
import dev.switchboard.cluster.contract.SeveralServersContract;
import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.server.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeveralServersTest extends SeveralServersContract {
  SeveralServersTest() {
    super(new PostgresEngine());
  }

  @Test
  void aClientThatIsAheadOfTheServerItComesToIsNotToldOfAGap() {
    TcpProxy network = close.later(TcpProxy.toDatabase(url));
    Server quick = server(PostgresCluster.at(url));
    Server late = server(PostgresCluster.builder(url).listenUrl(network.through(url)).open());
    TcpProxy balancer = close.later(new TcpProxy(quick.port()));
    Member ann = close.later(new Member("ann", balancer.port()));
    Member bob = member("bob", late);
    network.cut(); // it looks for what is new every second only
    List<String> said = new ArrayList<>();
    for (int round = 1; round <= 5; round++) {
      for (int message = 1; message <= 2; message++) {
        said.add(round + "." + message);
        ann.client.everyone().publish(new Talk.Said(said.getLast()));
        await().until(() -> ann.direct.equals(said));
        Set<String> before = Set.of("", ann.session());
        balancer.turnTo(message == 1 ? late.port() : quick.port());
        await().until(() -> !before.contains(ann.session()));
      }
    }
    assertThat(ann.gaps).isEmpty();
    assertThat(ann.direct).isEqualTo(said);
    await().untilAsserted(() -> assertThat(bob.direct).isEqualTo(said));
  }
}
