package dev.switchboard.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A deployment of many servers in virtual time: the real code of the server above its sockets, with
 * a store and a bus whose uses are counted. Tells what each server has to do while clients talk,
 * and how long it takes them to come back after a server has died. {@code benchmarks/simulate.sh}
 * runs it.
 */
final class ScaleSimulation {
  private static final int ROOM = 20; // members
  private static final int BUS_MILLIS = 2;
  private static final int CONNECT_MILLIS = 100_000;
  private static final int LEASE_MILLIS = 12_000;
  private static final int RETURN_MILLIS = 2_000; // clients come back spread over so long

  final ManualClock clock = new ManualClock();
  final MemoryHistory logs = new MemoryHistory(clock);
  final ScalePresence presence = new ScalePresence();
  private final Random random = new Random(1);
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<ScaleNode> nodes = new ArrayList<>();
  private final List<Person> people = new ArrayList<>();
  private long now;
  private long number;
  private long delivered;
  private long left; // notices that somebody left a room
  private long resumed;

  private record Event(long at, long number, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
    }
  }

  /** What came of a run. */
  record Outcome(
      long published,
      long delivered,
      int busPerSecond,
      int readsPerSecond,
      long backMillis,
      int busAtDeath,
      long left) {}

  ScaleSimulation(int servers, int sessions) {
    for (int i = 0; i < servers; i++) {
      nodes.add(new ScaleNode(this));
    }
    for (int i = 0; i < sessions; i++) {
      people.add(new Person("u" + i, "r" + i / ROOM));
    }
    tick();
  }

  /** {@code SERVERS SESSIONS} */
  public static void main(String[] arguments) {
    int servers = Integer.parseInt(arguments[0]);
    int sessions = Integer.parseInt(arguments[1]);
    Outcome outcome = new ScaleSimulation(servers, sessions).run(1_000, 10, System.out::println);
    System.out.println(outcome);
  }

  Outcome run(int perSecond, int seconds, Consumer<String> report) {
    spread(people, CONNECT_MILLIS, Person::connect);
    pass(CONNECT_MILLIS + 15_000);
    report.accept(
        "connected: %,d sessions, %s"
            .formatted(people.stream().filter(Person::in).count(), each()));
    int published = perSecond * seconds;
    for (int i = 0; i < published; i++) {
      Person person = people.get(random.nextInt(people.size()));
      int count = i;
      after(random.nextInt(seconds * 1_000), null, () -> person.publish(count));
    }
    pass(seconds * 1_000L);
    int bus = average(node -> node.received) / seconds;
    int reads = average(node -> node.reads) / seconds;
    report.accept("%,d messages/s, in %d s: %s".formatted(perSecond, seconds, each()));
    pass(1_000);
    report.accept("delivered: %,d of %,d".formatted(delivered, (long) published * ROOM));
    each();
    ScaleNode dead = nodes.get(0);
    List<Person> lost = people.stream().filter(person -> person.node == dead).toList();
    dead.kill();
    nodes.remove(dead);
    long died = now;
    lost.forEach(person -> person.link = null);
    spread(lost, RETURN_MILLIS, Person::connect);
    after(LEASE_MILLIS, null, () -> presence.clear(dead));
    pass(30_000);
    long[] back = lost.stream().mapToLong(person -> person.inAt - died).sorted().toArray();
    int busAtDeath = average(node -> node.received);
    report.accept(
        "a server died: %,d clients back after %,d ms (median), %,d ms (last); %d resumed; %s"
            .formatted(back.length, back[back.length / 2], back[back.length - 1], resumed, each()));
    report.accept("notices that somebody left: %,d".formatted(left));
    return new Outcome(published, delivered, bus, reads, back[back.length - 1], busAtDeath, left);
  }

  private void spread(List<Person> who, int millis, Consumer<Person> does) {
    who.forEach(person -> after(random.nextInt(millis), null, () -> does.accept(person)));
  }

  private int average(ToIntFunction<ScaleNode> of) {
    return (int) nodes.stream().mapToInt(of).average().orElse(0);
  }

  /** Returns what a server did on average since the last call. */
  private String each() {
    String text =
        "each server: %,d transactions, %,d reads, %,d bus messages sent, %,d received"
            .formatted(
                average(node -> node.transactions),
                average(node -> node.reads),
                average(node -> node.sent),
                average(node -> node.received));
    nodes.forEach(node -> {
      node.transactions = 0;
      node.reads = 0;
      node.sent = 0;
      node.received = 0;
    });
    return text;
  }

  /** Something happens later; at a server, only if it is alive then. */
  void after(long millis, @Nullable ScaleNode at, Runnable task) {
    Runnable unlessDead =
        () -> {
          if (at == null || at.alive()) {
            task.run();
          }
        };
    events.add(new Event(now + millis, number++, unlessDead));
  }

  /** A message on the bus arrives at all others. */
  void others(ScaleNode from, Consumer<ScaleNode> arrives) {
    nodes.stream()
        .filter(node -> node != from)
        .forEach(node -> after(BUS_MILLIS, node, () -> arrives.accept(node)));
  }

  private void tick() {
    nodes.forEach(ScaleNode::tick);
    if (now % 10_000 == 0 && now > 0) {
      nodes.forEach(ScaleNode::check);
    }
    after(250, null, this::tick);
  }

  /** Everything happens that is due within that time. */
  private void pass(long millis) {
    long until = now + millis;
    while (!events.isEmpty() && events.element().at <= until) {
      Event next = events.remove();
      clock.advance(Duration.ofMillis(next.at - now));
      now = next.at;
      next.task.run();
      nodes.forEach(ScaleNode::run);
    }
    clock.advance(Duration.ofMillis(until - now));
    now = until;
  }

  /** A client, which comes back with its session. */
  private final class Person {
    private final String user;
    private final String room;
    private @Nullable ScaleNode node;
    private @Nullable ScaleLink link; // null while there is no connection
    private @Nullable String session; // null before the first welcome
    private String secret = "";
    private long inAt = -1; // when it was in its room again

    Person(String user, String room) {
      this.user = user;
      this.room = room;
    }

    boolean in() {
      return inAt >= 0;
    }

    void connect() {
      ScaleNode chosen = nodes.get(random.nextInt(nodes.size()));
      node = chosen;
      link = chosen.accept(user, this::heard);
    }

    private void say(String json) {
      if (link != null) {
        link.say(json);
      }
    }

    void publish(int number) {
      say(
          "{\"type\":\"chat\",\"room\":\"%s\",\"id\":%d,\"messageId\":\"m%d\",\"data\":{\"message\":\"x\"}}"
              .formatted(room, number + 10, number));
    }

    private void heard(byte[] message) {
      String text = new String(message, StandardCharsets.UTF_8);
      switch (value(text, "type")) {
        case "chat" -> delivered++;
        case "user_left" -> left++;
        case "room_joined" -> inAt = now;
        case "resumed" -> {
          resumed++;
          inAt = now;
        }
        case "welcome" -> welcomed(text);
        default -> {}
      }
    }

    private void welcomed(String text) {
      if (session != null && !text.contains("\"re\":1")) {
        say(
            "{\"type\":\"resume\",\"id\":1,\"session\":\"%s\",\"secret\":\"%s\",\"logs\":[]}"
                .formatted(session, secret));
      } else {
        session = value(text, "session");
        secret = value(text, "secret");
        say("{\"type\":\"join_room\",\"room\":\"%s\",\"id\":2}".formatted(room));
      }
    }

    private static String value(String text, String key) {
      String before = '"' + key + "\":\"";
      int from = text.indexOf(before) + before.length();
      return text.substring(from, text.indexOf('"', from));
    }
  }
}
