package dev.switchboard.server;

import dev.switchboard.cluster.BusParts;
import dev.switchboard.cluster.BusReceiver;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the servers of a {@link SimWorld} share besides their store: a bus that is slow, and loses
 * or repeats some of what is sent, and who is where.
 */
final class SimCluster {
  private static final int LEASE_MILLIS = 12_000;
  private static final int CHECK_MILLIS = 10_000;

  private final SimWorld world;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<LogKey, Map<String, Set<Node>>> places = new HashMap<>();
  private int started; // how many nodes have begun

  SimCluster(SimWorld world) {
    this.world = world;
  }

  /** Returns what a server that begins has of it. */
  Node node() {
    Node node = new Node();
    nodes.add(node);
    return node;
  }

  /** One server's end of the bus, and of the presence. */
  final class Node {
    final End bus = new End();
    final Members presence = new Members();
    private boolean alive = true;

    Node() {
      world.after(CHECK_MILLIS, this::check);
    }

    /** Stands for the thread that compares heads now and then. */
    private void check() {
      if (alive) {
        bus.restored();
        world.after(CHECK_MILLIS, this::check);
      }
    }

    /** It ends without a word; what its users held is cleared after a while. */
    void kill() {
      alive = false;
      nodes.remove(this);
      world.after(LEASE_MILLIS, presence::clear);
    }

    /** It hears nothing for some time. */
    void deafen(int millis) {
      if (alive && !bus.deaf) {
        world.tell("a server is deaf for " + millis + " ms");
        bus.deaf = true;
        bus.receiver.interrupted();
        world.after(
            millis,
            () -> {
              bus.deaf = false;
              bus.restored();
            });
      }
    }

    /** Sends each message in a batch of its own, over the real receiving half of a bus. */
    final class End implements Bus {
      private final String name = "n" + started++;
      private final BusReceiver receiver = new BusReceiver(name, () -> {});
      private final Map<Node, Long> arrivals = new HashMap<>(); // the last one at each other node
      private long batches; // how many were sent
      private boolean deaf;

      @Override
      public void listen(String kind, Listener listener) {
        receiver.listen(kind, listener);
      }

      @Override
      public void start() {}

      @Override
      public void send(String kind, byte[] message) {
        List<String> parts =
            BusParts.payloads(name, ++batches, List.of(new BusParts.Message(kind, message)));
        for (Node other : List.copyOf(nodes)) {
          if (other != Node.this && alive) {
            parts.forEach(part -> send(other, BusParts.read(part)));
          }
        }
      }

      private void send(Node other, BusParts part) {
        if (world.chance(2)) {
          world.tell("a message of the bus is lost");
          return;
        }
        long at = world.now() + world.random.nextInt(world.chance(10) ? 1_000 : 20);
        at = Math.max(at, arrivals.getOrDefault(other, 0L));
        arrivals.put(other, at);
        world.after(at - world.now(), () -> other.bus.receive(part));
        if (world.chance(5)) {
          long again = at + world.random.nextInt(2_000);
          world.after(again - world.now(), () -> other.bus.receive(part));
        }
      }

      private void receive(BusParts part) {
        if (alive && !deaf) {
          receiver.received(part);
        }
      }

      private void restored() {
        if (alive && !deaf) {
          receiver.restored();
        }
      }

      @Override
      public void close() {}
    }

    final class Members implements PresenceStore {
      private final Set<Place> here = new LinkedHashSet<>();
      private Watcher watcher = (where, user, present, count) -> {};
      private long toldAt; // when the last change is told here

      private record Place(LogKey where, String user) {}

      @Override
      public void watch(Watcher newWatcher) {
        watcher = newWatcher;
      }

      @Override
      public CompletionStage<Void> enter(LogKey where, String user) {
        if (alive && here.add(new Place(where, user))) {
          Map<String, Set<Node>> users =
              places.computeIfAbsent(where, place -> new LinkedHashMap<>());
          Set<Node> at = users.computeIfAbsent(user, name -> new LinkedHashSet<>());
          at.add(Node.this);
          if (at.size() == 1) {
            told(where, user, true, users.size());
          }
        }
        return CompletableFuture.completedStage(null);
      }

      @Override
      public CompletionStage<Void> leave(LogKey where, String user) {
        if (alive) {
          remove(new Place(where, user));
        }
        return CompletableFuture.completedStage(null);
      }

      private void remove(Place place) {
        Map<String, Set<Node>> users = places.get(place.where);
        Set<Node> at = users == null ? null : users.get(place.user);
        if (users == null || at == null || !here.remove(place)) {
          return;
        }
        at.remove(Node.this);
        if (at.isEmpty()) {
          users.remove(place.user);
          told(place.where, place.user, false, users.size());
        }
        if (users.isEmpty()) {
          places.remove(place.where);
        }
      }

      private void clear() {
        List.copyOf(here).forEach(this::remove);
      }

      /** Tells every server that has somebody there, in the order of changes. */
      private void told(LogKey where, String user, boolean present, int count) {
        for (Node node : nodes) {
          Members to = node.presence;
          to.toldAt = Math.max(to.toldAt, world.now() + world.random.nextInt(50));
          world.after(
              to.toldAt - world.now(),
              () -> {
                if (node.alive && to.here.stream().anyMatch(one -> one.where.equals(where))) {
                  to.watcher.changed(where, user, present, count);
                }
              });
        }
      }

      private Map<String, Set<Node>> at(LogKey where) {
        return places.getOrDefault(where, Map.of());
      }

      private CompletionStage<Users> some(Collection<String> names, int limit, int count) {
        return CompletableFuture.completedStage(
            new Users(names.stream().limit(limit).toList(), count));
      }

      @Override
      public CompletionStage<Users> first(LogKey where, int limit) {
        return some(at(where).keySet(), limit, at(where).size());
      }

      @Override
      public CompletionStage<Users> after(LogKey where, String name, int limit) {
        TreeSet<String> sorted = new TreeSet<>(BY_NAME);
        sorted.addAll(at(where).keySet());
        return some(sorted.tailSet(name, false), limit, sorted.size());
      }

      @Override
      public CompletionStage<Boolean> has(LogKey where, String user) {
        return CompletableFuture.completedStage(at(where).containsKey(user));
      }

      @Override
      public void close() {}
    }
  }
}
