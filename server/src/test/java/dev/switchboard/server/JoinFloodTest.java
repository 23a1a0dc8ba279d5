package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one connection may have the commit thread do for rooms that nobody follows yet. */
@Tag("D2")
final class JoinFloodTest {
  private static final int MOST = 16;

  private final SimWorld world = new SimWorld(1);
  private final SimServer server =
      new SimServer(world, new SimStore(world, false), false, endpoint -> {});

  private SimVisitor visitor() {
    SimVisitor visitor = new SimVisitor(world, "ann").connect(server);
    world.run(10_000);
    assertThat(visitor.heard("welcome")).hasSize(1);
    return visitor;
  }

  @Test
  void joinsThatWaitForTheLogPauseTheReading() {
    SimVisitor ann = visitor();
    world.remove(server.broker()); // the commit thread is busy
    for (int i = 0; i < 50; i++) {
      ann.join("r" + i, i);
    }
    world.run(5_000);
    assertThat(server.hub().sizes()).containsEntry("rooms", MOST);
    world.add(server.broker());
    world.run(20_000);
    assertThat(ann.heard("room_joined")).hasSize(50);
  }

  @Test
  void leavingDoesNotMakeRoomForMoreJoins() {
    SimVisitor ann = visitor();
    world.remove(server.broker());
    for (int i = 0; i < 50; i++) {
      ann.join("r" + i, i)
          .say("{\"type\":\"leave_room\",\"room\":\"r%d\",\"id\":%d}".formatted(i, 100 + i));
    }
    world.run(5_000);
    assertThat(ann.heard("room_left")).hasSize(MOST - 1); // the last one has not been read
    world.add(server.broker());
    world.run(20_000);
    assertThat(ann.heard("room_left")).hasSize(50);
    assertThat(server.hub().sizes()).containsEntry("rooms", 0);
  }
}
