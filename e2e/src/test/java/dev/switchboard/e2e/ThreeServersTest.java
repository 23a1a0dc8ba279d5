package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.ConnectionState;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.peers.RealRedis;
import dev.switchboard.peers.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three servers behind a balancer, on which people talk through all that can happen to servers. */
@Tag("slow")
@Tag("D5")
@DisplayName("D5: three servers that are killed, stopped and cut off")
class ThreeServersTest {
  private static final List<String> ROOMS = List.of("general", "random");
  private static final List<String> PEOPLE = List.of("ann", "bob", "carl", "dora", "emil", "fay");

  /** So soon after the death of a server its users are gone; a bit more, for a busy machine. */
  private static final Duration GHOST = Duration.ofSeconds(18);

  /** Until another server that was stopped after it has lost its lease, too. */
  private static final Duration STOPPED = Duration.ofSeconds(6);

  private static final Duration CUT = Duration.ofSeconds(6);

  private final Random random = seeded();
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final List<TcpProxy> balancers = new ArrayList<>(); // of each person
  private final List<Person> people = new ArrayList<>();

  private static Random seeded() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("ThreeServersTest: -Dseed=" + seed);
    return new Random(seed);
  }

  @AfterEach
  void closeAll() {
    people.forEach(Person::close);
    balancers.forEach(TcpProxy::close);
    nodes.forEach(ClusterNode::close);
  }

  @Test
  void onPostgresNothingIsLostAndNothingIsTwice() throws Exception {
    nothingIsLostAndNothingIsTwice(RealPostgres.url());
  }

  @Test
  void onRedisNothingIsLostAndNothingIsTwice() throws Exception {
    try (RealRedis redis = RealRedis.start("appendfsync always")) {
      nothingIsLostAndNothingIsTwice(redis.uri(0));
    }
  }

  private void nothingIsLostAndNothingIsTwice(String url) throws Exception {
    for (int i = 0; i < 3; i++) {
      nodes.add(new ClusterNode(url));
    }
    nodes.forEach(ClusterNode::port);
    PEOPLE.forEach(this::enter);
    progress("everybody has come");
    kill();
    cut(TcpProxy::cut);
    cut(TcpProxy::stall);
    for (int i = 0; i < 3; i++) {
      move();
      progress("moved");
    }
    for (Person person : people) {
      person.fallSilent();
      assertThat(person.gaps).isEmpty();
      assertThat(person.client.state()).isEqualTo(ConnectionState.OPEN);
    }
    for (String room : ROOMS) {
      check(room, people.getFirst().log(room));
    }
  }

  private void enter(String name) {
    TcpProxy balancer = new TcpProxy(this::anyPort);
    balancers.add(balancer);
    people.add(new Person(balancer.port(), name, ROOMS, Duration.ofMillis(20)));
  }

  /** Returns the port of a server that is up, one as likely as another. */
  private int anyPort() {
    List<ClusterNode> up = nodes.stream().filter(ClusterNode::up).toList();
    return up.get(random.nextInt(up.size())).port();
  }

  private ClusterNode any() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /**
   * Kills a server with somebody who does not come back, and starts it again. Meanwhile another one
   * is stopped for so long that it is taken for dead, and goes on.
   */
  private void kill() {
    ClusterNode killed = any();
    Person ghost = new Person(killed.port(), "ghost", ROOMS, Duration.ofMillis(20));
    await().until(() -> ghost.acknowledged() > 10);
    killed.kill();
    long since = System.nanoTime();
    ghost.close();
    progress("a server is killed");
    killed.restart();
    ClusterNode stopped = other(killed);
    stopped.pause();
    balancers.forEach(TcpProxy::endAll); // as one does that finds a server dead
    progress("another one is stopped");
    for (Person person : people) {
      await(person.name + " hears that the ghost is gone")
          .atMost(GHOST.minusNanos(System.nanoTime() - since))
          .until(() -> person.left.size() == ROOMS.size());
    }
    pass(STOPPED);
    stopped.resume();
    progress("it goes on");
    for (Person person : people) {
      assertThat(person.left).extracting(ClientEvent.UserLeft::user).containsOnly("ghost");
    }
  }

  private ClusterNode other(ClusterNode one) {
    return nodes.get((nodes.indexOf(one) + 1 + random.nextInt(nodes.size() - 1)) % nodes.size());
  }

  /** Cuts a server off from the engine, while people come to it and leave it. */
  private void cut(Consumer<TcpProxy> breaking) {
    ClusterNode node = any();
    breaking.accept(node.network());
    pass(CUT);
    node.network().heal();
    progress("the network is back");
    await().atMost(Duration.ofSeconds(20)).until(node::ready);
  }

  /** Lets time pass in which people come from one server to another. */
  private void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await()
        .pollInterval(Duration.ofMillis(200))
        .atMost(time.plusSeconds(10))
        .until(() -> {
          move();
          return System.nanoTime() - end > 0;
        });
  }

  /** Moves somebody to any server. */
  private void move() {
    balancers.get(random.nextInt(balancers.size())).endAll();
  }

  /** Waits until each person has said something more that is acknowledged. */
  private void progress(String after) {
    long began = System.nanoTime();
    List<Long> before = people.stream().map(Person::acknowledged).toList();
    for (int i = 0; i < before.size(); i++) {
      Person person = people.get(i);
      long enough = before.get(i) + 5;
      await(after + ": " + person.name + " talks")
          .atMost(Duration.ofSeconds(30))
          .until(() -> person.acknowledged() > enough);
    }
    long took = (System.nanoTime() - began) / 1_000_000;
    System.out.println("ThreeServersTest: " + after + ": everybody talks after " + took + " ms");
  }

  private void check(String room, SortedMap<Long, String> log) {
    assertThat(new HashSet<>(log.values())).as("each once").hasSize(log.size());
    int acknowledged = people.stream().mapToInt(one -> one.requireSaid(room, log)).sum();
    people.forEach(person -> person.requireHeard(room, log));
    for (Person person : people) {
      await(person.name + " finds everybody in " + room)
          .atMost(Duration.ofSeconds(15))
          .untilAsserted(() ->
              assertThat(person.room(room).members()).containsExactlyInAnyOrderElementsOf(PEOPLE));
    }
    System.out.println(
        "ThreeServersTest: " + room + ": " + acknowledged + " of " + log.size() + " acknowledged");
  }
}
