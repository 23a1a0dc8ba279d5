package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.session.Connection;
import dev.switchboard.server.session.Hub;
import dev.switchboard.server.session.Session;
import dev.switchboard.spi.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The whole of delivery, clients and server without their sockets, in a world of drawn order and
 * stepped time: people join, leave and publish, connections break or fall silent, readers stall,
 * the disk fails, the server is killed, and now and then the logs are lost. In every run: what is
 * acknowledged is in its log exactly once, everybody is shown each log in order, without a
 * repetition and without a hole that was not said, all are told who is there, every question has
 * one answer, and in the end nothing is left.
 */
@Tag("D2")
@Tag("D3")
final class DeliveryModelTest {
  private static final int RUNS = Integer.getInteger("runs", 0);
  private static final int STEPS = 300;

  @Test
  void nothingIsLostRepeatedOrOutOfOrderWhateverBreaks() {
    run(RUNS > 0 ? RUNS : 50, 1);
  }

  @Test
  @Tag("slow")
  void norInAThousandRuns() {
    run(1_000, 1);
  }

  @Test
  @Tag("D5")
  void norBetweenThreeServersAndABusThatLoses() {
    run(RUNS > 0 ? RUNS : 50, 3);
  }

  @Test
  @Tag("D5")
  @Tag("slow")
  void norBetweenThreeServersInThreeHundredRuns() {
    run(300, 3);
  }

  private static void run(int runs, int servers) {
    long seed = Long.getLong("seed", System.nanoTime());
    for (int i = 0; i < runs; i++) {
      Run run = new Run(seed + i, servers);
      try {
        run.run();
      } catch (Throwable failed) {
        throw new AssertionError(
            "repeat with -Dseed="
                + (seed + i)
                + " -Druns=1 as test.jvm.flags\n"
                + run.world.story(),
            failed);
      }
    }
  }

  private static final class Run {
    private final SimWorld world;
    private final SimStore store;
    private final List<SimPerson> people = new ArrayList<>();
    private final int kept;
    private final int maxPending;
    private final @Nullable SimCluster cluster; // null for a server that is alone
    private final List<SimServer> servers = new ArrayList<>();

    Run(long seed, int number) {
      world = new SimWorld(seed);
      cluster = number == 1 ? null : new SimCluster(world);
      store = new SimStore(world, world.chance(25));
      kept = world.chance(50) ? 5 + world.random.nextInt(30) : 1_000;
      maxPending = 1024 << world.random.nextInt(8);
      world.tell("maxPending " + maxPending);
      for (int i = 0; i < number; i++) {
        servers.add(boot());
      }
      for (int i = 0; i < 5; i++) { // the last two are the first two's other programs
        people.add(new SimPerson(world, this::anyServer, store, "p" + i, "u" + i % 3));
      }
    }

    private SimServer anyServer() {
      return servers.get(world.random.nextInt(servers.size()));
    }

    private SimServer boot() {
      SimCluster.Node node = cluster == null ? null : cluster.node();
      return new SimServer(world, store, world.chance(30), this::draw, node);
    }

    private void draw(Endpoint<Talk> endpoint) {
      if (world.chance(30)) {
        endpoint.onPublish(Talk.Said.class, (said, publishing) -> {});
      }
      if (world.chance(30)) {
        endpoint.onJoin((room, peer) -> {});
      }
      endpoint
          .clientsMayPublish(Talk.class, Addresses.everyone())
          .retention(new Retention(kept, Duration.ofHours(1)))
          .maxMessageBytes(Math.max(256, maxPending / 4))
          .maxPendingBytes(maxPending)
          .presenceNotices(new PresenceNotices(world.random.nextInt(4), Duration.ofSeconds(1), 2))
          .slowConsumers(
              switch (world.random.nextInt(3)) {
                case 0 -> SlowConsumerPolicy.drop();
                case 1 -> SlowConsumerPolicy.newest();
                default -> SlowConsumerPolicy.close();
              });
    }

    void run() {
      people.forEach(SimPerson::connect);
      for (int step = 0; step < STEPS; step++) {
        if (world.chance(8)) {
          fault();
        } else {
          anyone().something();
        }
        for (int i = world.random.nextInt(12); i > 0; i--) {
          world.step(world.now() + world.random.nextInt(1_000));
        }
        if (world.quiet()) {
          checkMembers();
        }
      }
      settle();
    }

    private SimPerson anyone() {
      return people.get(world.random.nextInt(people.size()));
    }

    /** Who is in a room is read to and listed, at any time. */
    private void checkMembers() {
      servers.stream().filter(SimServer::alive).map(SimServer::hub).forEach(this::checkMembers);
    }

    private void checkMembers(Hub hub) {
      for (Connection connection : hub.connections()) {
        if (!connection.open()) {
          continue;
        }
        Session session = connection.session();
        for (String room : session.rooms()) {
          assertThat(connection.feed().reads(Address.room(room)))
              .as("%s reads %s, which it is in", session, room)
              .isTrue();
          assertThat(hub.members(room, 100).toCompletableFuture().join().names())
              .as("who is in %s", room)
              .contains(session.user());
        }
      }
    }

    private void fault() {
      switch (world.random.nextInt(13)) {
        case 0 -> {
          SimServer killed = anyServer();
          if (killed.alive()) {
            killed.kill();
            switch (world.random.nextInt(20)) {
              case 0, 1 -> store.lose();
              case 2 -> store.rollBack();
              default -> {}
            }
            world.after(
                world.random.nextInt(20_000), () -> servers.set(servers.indexOf(killed), boot()));
          }
        }
        case 1 -> store.fail(1 + world.random.nextInt(3));
        case 2, 3 -> {
          SimPerson slow = anyone();
          slow.stall(true);
          world.after(world.random.nextInt(60_000), () -> slow.stall(false));
        }
        case 5 -> store.failAfterwards(1 + world.random.nextInt(2));
        case 6 -> store.failReads(1 + world.random.nextInt(world.chance(20) ? 30 : 3));
        case 7 -> {
          if (world.chance(10)) {
            store.lose(); // under the server
          }
        }
        case 8 -> anyServer().deafen(world.random.nextInt(20_000));
        case 4 -> world.run(world.random.nextInt(world.chance(10) ? 400_000 : 40_000));
        default -> anyone().cut();
      }
    }

    private void settle() {
      world.run(60_000);
      store.heal();
      servers.forEach(server -> server.links().forEach(link -> link.stalled(false)));
      people.forEach(SimPerson::connect);
      world.run(300_000);
      people.forEach(SimPerson::speak);
      world.run(300_000);
      checkMembers();
      Hub hub = anyServer().hub();
      people.forEach(person -> person.checkSettled(hub));
      for (String room : List.of("r0", "r1", "r2")) {
        Set<String> there = new TreeSet<>();
        people.stream()
            .filter(person -> person.rooms().contains(room))
            .forEach(person -> there.add(person.user()));
        assertThat(hub.members(room, 100).toCompletableFuture().join().names())
            .as("who is in %s", room)
            .containsExactlyInAnyOrderElementsOf(there);
      }
      store.checkOrder();
      people.forEach(SimPerson::leave);
      world.run(200_000);
      people.forEach(SimPerson::checkGone);
      servers.stream().map(SimServer::hub).forEach(Run::checkNothingIsLeft);
    }

    private static void checkNothingIsLeft(Hub hub) {
      assertThat(hub.sizes())
          .containsEntry("topics", 1)
          .containsEntry("sessions", 0)
          .containsEntry("places", 0)
          .containsEntry("waiting", 0);
      assertThat(hub.connectionCounts().open()).isZero();
    }
  }
}
