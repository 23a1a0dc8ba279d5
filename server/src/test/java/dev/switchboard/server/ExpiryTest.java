package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.presence.MemoryPresence;
import dev.switchboard.server.presence.Presence;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.Session;
import dev.switchboard.spi.LogKey;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is due when somebody has been back meanwhile: nothing, until the time since the last loss is
 * over.
 */
@Tag("D3")
final class ExpiryTest {
  private static final long GRACE = 5_000;

  @Test
  void aSessionEndsForTheLossThatItStillWaitsSince() {
    SimWorld world = new SimWorld(1);
    SimServer server = new SimServer(world, new SimStore(world, false), false, endpoint -> {});
    SimVisitor ann = new SimVisitor(world, "ann").connect(server);
    world.run(1_000);
    Connection connection = server.hub().connections().iterator().next();
    Session session = new Session("s", "ann", connection);

    assertThat(session.expire(0)).as("with a connection").isFalse();
    assertThat(session.detach(connection, 10)).isTrue();
    assertThat(session.attach(connection).gone()).isFalse();
    assertThat(session.expire(10)).as("back meanwhile").isFalse();
    assertThat(session.detach(connection, 20)).isTrue();
    assertThat(session.expire(10)).as("lost again since").isFalse();
    assertThat(session.expire(20)).isTrue();
    assertThat(session.attach(connection).gone()).as("it is over").isTrue();
    assertThat(session.expire(20)).as("twice").isFalse();
    assertThat(ann.closedWith()).isZero();
  }

  @Test
  void aUserGoesForTheLossThatTheGraceStillRunsSince() {
    MemoryPresence users = new MemoryPresence();
    Presence presence = new Presence(GRACE, users);
    LogKey place = new LogKey("/ws", Address.room("r"));
    presence.enter(place, "ann");
    presence.lose(place, "ann", 0);
    presence.enter(place, "ann");
    presence.lose(place, "ann", 2_000);
    presence.tick(GRACE);
    assertThat(names(users, place)).as("back meanwhile, and lost again").containsExactly("ann");
    presence.tick(2_000 + GRACE);
    assertThat(names(users, place)).isEmpty();
  }

  private static List<String> names(MemoryPresence users, LogKey place) {
    return Objects.requireNonNull(users.first(place, 10).toCompletableFuture().join()).names();
  }
}
