package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.ScaleSimulation.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What many servers cost each other, in a small {@link ScaleSimulation}. */
@Tag("D5")
class ScaleTest {
  @Test
  void aServerReadsWhatItsClientsReadAndTheDeathOfOneIsSoonForgotten() {
    int servers = 10;
    Outcome outcome = new ScaleSimulation(servers, 2_000).run(100, 5, line -> {});
    assertThat(outcome.delivered()).isEqualTo(outcome.published() * 20);
    assertThat(outcome.busPerSecond()).as("at most one for each message").isLessThanOrEqualTo(100);
    assertThat(outcome.readsPerSecond())
        .as("at most one for each message of other servers")
        .isLessThanOrEqualTo(100);
    assertThat(outcome.backMillis()).isLessThan(4_000);
    assertThat(outcome.left()).as("nobody is told of who came back").isZero();
  }
}
