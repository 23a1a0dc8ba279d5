package dev.switchboard.testkit;

import static dev.switchboard.testkit.SwitchboardAssertions.assertEventually;
import static dev.switchboard.testkit.SwitchboardAssertions.assertNotReceived;
import static dev.switchboard.testkit.SwitchboardAssertions.assertReceived;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.Client;
import dev.switchboard.server.Addresses;
import dev.switchboard.server.Endpoint;
import dev.switchboard.server.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

@Tag("D12")
class TestServerTest {
  record Said(String text) {}

  @RegisterExtension
  final TestServer<Said> server =
      TestServer.of(
          Said.class,
          endpoint -> endpoint.clientsMayPublish(Said.class, Addresses.rooms(), Addresses.users()));

  @Test
  void aTestGetsWhatItAsksFor(
      Client<Said> ann, @As("bob b") Client<Said> other, Server running, Endpoint<Said> ours) {
    assertThat(running).isSameAs(server.server());
    assertThat(ours.peersOf("ann")).hasSize(1);
    assertThat(ours.peersOf("bob b")).hasSize(1);
    assertThat(ann.isConnected() && other.isConnected()).isTrue();
  }

  @Test
  void eachAssertionTakesWhatItFinds(Client<Said> ann, Endpoint<Said> ours) {
    ann.join("general");
    ours.room("general").publish(new Said("one"));
    ours.room("general").publish(new Said("two"));
    ours.room("general").publish(new Said("three"));
    assertThat(assertReceived(ann, Said.class, said -> said.text().startsWith("t")).message())
        .isEqualTo(new Said("two"));
    assertReceived(ann, new Said("three"));
    assertReceived(ann, new Said("one"));
    assertNotReceived(ann, Said.class, Duration.ofMillis(20));
    assertThatThrownBy(() -> assertReceived(ann, Said.class, Duration.ofMillis(20)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no Said within 20 ms");
  }

  @Test
  void aClientThatIsNotWatchedIsNoBasisForAnAssertion() {
    try (Client<Said> client = Client.of(Said.class).build(server.uri("ann"))) {
      assertThatThrownBy(() -> assertReceived(client, Said.class))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("watch");
    }
  }

  @Test
  void aClientThatWasNotClosedFailsItsTest() {
    try {
      Events tests =
          EngineTestKit.engine("junit-jupiter")
              .selectors(DiscoverySelectors.selectClass(Careless.class))
              .execute()
              .testEvents();
      tests.assertStatistics(counts -> counts.failed(1));
      assertThat(tests.failed().stream().findFirst().orElseThrow().toString())
          .contains("connections of ann");
    } finally {
      Careless.LEFT.forEach(Client::close);
    }
  }

  static class Careless {
    private static final List<Client<Said>> LEFT = new ArrayList<>();

    @RegisterExtension
    final TestServer<Said> server =
        TestServer.of(
            Said.class,
            endpoint ->
                endpoint.clientsMayPublish(Said.class, Addresses.rooms(), Addresses.users()));

    @Test
    void leavesAClientOpen() {
      LEFT.add(Client.of(Said.class).connect(server.uri("ann")));
      assertEventually(() -> !server.endpoint().peers().isEmpty());
    }
  }
}
