package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.session.Connection;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waits for a slow connection, step by step. */
@Tag("B10")
final class LatestValueBufferTest {
  private static final int MAX_PENDING = 64 << 10;

  private final SimWorld world = new SimWorld(1);
  private final SimServer server =
      new SimServer(
          world,
          new SimStore(world, false),
          false,
          endpoint ->
              endpoint
                  .retention(new Retention(1_000, Duration.ofHours(1)))
                  .maxMessageBytes(1 << 10)
                  .maxPendingBytes(MAX_PENDING)
                  .slowConsumers(SlowConsumerPolicy.newest()));
  private final SimVisitor ann = new SimVisitor(world, "ann").connect(server);

  private void typing(boolean on) {
    server.endpoint().room("r").fleeting(new Talk.Typing(on));
    world.run(10);
  }

  /**
   * Ann is in a room and reads nothing; so much waits that the last "typing: true" has to wait too.
   */
  private void slow() {
    world.run(1_000);
    ann.join("r", 1);
    world.run(1_000);
    ann.link().stalled(true);
    Connection connection = server.hub().connections().iterator().next();
    while (connection.feed().out().takesMore()) {
      typing(false);
    }
    typing(true);
  }

  private List<Boolean> heard() {
    return ann.heard("typing").stream()
        .map(one -> one.get("data").get("on").booleanValue())
        .toList();
  }

  @Test
  void whatIsNewerTakesThePlaceOfWhatWaitsAndDoesNotOvertakeIt() {
    slow();
    Connection connection = server.hub().connections().iterator().next();
    ann.link().stalled(false);
    while (!connection.feed().out().takesMore()) { // but not so much that it is told to go on
      world.step(world.now());
    }
    ann.link().stalled(true);
    typing(false);
    ann.link().stalled(false);
    world.run(10_000);
    assertThat(heard()).isNotEmpty().containsOnly(false);
  }

  @Test
  void whatWaitsOfARoomGoesWithTheRoom() {
    slow();
    assertThat(server.hub().topics().topic(Address.room("r"))).isNotNull();
    ann.say("{\"type\":\"leave_room\",\"room\":\"r\",\"id\":2}");
    world.run(1_000);
    ann.link().stalled(false);
    world.run(10_000);
    assertThat(ann.type(2)).isEqualTo("room_left");
    assertThat(heard()).isNotEmpty().containsOnly(false);
  }
}
