package dev.switchboard.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.ConnectFailedException;
import dev.switchboard.protocol.format.Json;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Encoding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A {@link ClientSession} and a {@link FlakyServer} with a network between them that delays, drops,
 * refuses and falls silent, in virtual time.
 */
final class FlakyNetwork implements Effects {
  /** Codes a server may close with; some of them are final. */
  private static final int[] CODES = {1001, 1011, 1012, 1013, 4008, 4009, 4029, 1008, 4503};

  final ClientSession session;
  final FlakyServer server;
  final List<Report> reports = new ArrayList<>();
  boolean faulty = true;
  long now;

  private final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Map<Long, String> onTheWay = new HashMap<>();
  private final Set<String> sent = new HashSet<>();
  private long order;
  private int connection;
  private boolean open;
  private boolean silent;
  private long arrival;

  private record Event(long at, long order, Runnable what) {}

  FlakyNetwork(Random random, Settings settings) {
    this.random = random;
    this.session = new ClientSession(settings, true, random::nextDouble, this);
    this.server = new FlakyServer(random, this::toClient);
  }

  /** Lets time pass, doing what is due on the way. */
  void pass(long time) {
    long end = now + time;
    for (int steps = 0; ; steps++) {
      assertThat(steps).as("something goes round without end").isLessThan(100_000);
      Event next = events.peek();
      long at = Math.min(next == null ? Long.MAX_VALUE : next.at, session.wakeAt());
      if (at > end) {
        break;
      }
      now = Math.max(now, at);
      if (next != null && next.at <= now) {
        events.remove(next);
        next.what.run();
      } else {
        session.advance(now);
      }
    }
    now = end;
  }

  private void later(long at, Runnable what) {
    events.add(new Event(at, order++, what));
  }

  private void onConnection(long at, int number, Consumer<Integer> what) {
    later(
        at,
        () -> {
          if (number == connection && open && !silent) {
            what.accept(number);
          }
        });
  }

  /** In the order in which it was sent, either way. */
  private long arrives() {
    arrival = Math.max(arrival, now + random.nextInt(80));
    return arrival;
  }

  private void toClient(int number, String json) {
    byte[] bytes = FlakyServer.bytes(json);
    onConnection(
        arrives(),
        number,
        open -> {
          JsonNode tree = Json.MAPPER.readTree(bytes);
          String answered = tree.has("re") ? onTheWay.remove(tree.get("re").asLong(0)) : null;
          if (answered != null) {
            sent.remove(answered);
          }
          session.received(now, open, false, bytes);
        });
  }

  /** Something bad happens to the present connection, if there is one. */
  void fault() {
    if (!open) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        open = false;
        session.closed(now, connection, 1006, "", false);
      }
      case 1 -> {
        open = false;
        int code = CODES[random.nextInt(CODES.length)];
        session.closed(now, connection, code, "retryAfter=" + random.nextInt(2_000), true);
      }
      case 2 -> silent = true;
      default ->
          session.received(
              now, connection, false, FlakyServer.bytes("{'type':'going_away','after':500}"));
    }
  }

  @Override
  public void connect(int number) {
    connection = number;
    open = false;
    boolean refused = faulty && random.nextInt(4) == 0;
    later(
        now + random.nextInt(200),
        () -> {
          if (number != connection) {
            return;
          }
          if (refused) {
            session.failed(now, number, new ConnectFailedException("refused", 0, true, null), -1);
            return;
          }
          open = true;
          silent = faulty && random.nextInt(10) == 0;
          onTheWay.clear();
          sent.clear();
          onConnection(arrives(), number, server::accept);
          session.opened(now, number, Encoding.JSON);
        });
  }

  @Override
  public void send(Draft message) {
    byte[] json = Encoding.JSON.write(message);
    assertThat(open).as("said something without a connection").isTrue();
    JsonNode tree = Json.MAPPER.readTree(json);
    if (tree.has("messageId")) {
      String messageId = tree.get("messageId").stringValue();
      assertThat(sent.add(messageId)).as("sent twice on one connection: " + messageId).isTrue();
      onTheWay.put(tree.get("id").asLong(0), messageId);
    }
    onConnection(arrives(), connection, number -> server.hear(number, json));
  }

  @Override
  public void send(long id, Command.Frame frame) {
    throw new AssertionError("a frame to a server of ours");
  }

  @Override
  public void send(long id, Command.Streamed stream) {
    throw new AssertionError("a stream to a server of ours");
  }

  @Override
  public void sendIfRoom(Draft message) {
    send(message);
  }

  @Override
  public void ping() {
    onConnection(arrives(), connection, number -> session.ponged(now, number));
  }

  @Override
  public void close(int code, String reason) {
    int number = connection;
    boolean answers = !silent;
    later(
        now + (answers ? random.nextInt(100) : 1_000),
        () -> {
          open = open && number != connection;
          session.closed(now, number, answers ? code : 1006, reason, answers);
        });
  }

  @Override
  public void abandon() {
    open = false;
  }

  @Override
  public void state(SessionState state) {}

  @Override
  public void report(Report report) {
    reports.add(report);
  }

  /** The last state that was reported of one kind; null if none was. */
  @Nullable Report last(Class<? extends Report> kind) {
    return reports.reversed().stream().filter(kind::isInstance).findFirst().orElse(null);
  }
}
