package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.chat.Chat;
import dev.switchboard.client.Client;
import dev.switchboard.client.ClientEvent;
import dev.switchboard.client.History;
import dev.switchboard.client.MessageEvent;
import dev.switchboard.client.Receipt;
import dev.switchboard.client.Reconnect;
import dev.switchboard.client.Room;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Somebody who is in some rooms, talks in all of them, and notes what happens. Thread-safe. */
final class Person implements AutoCloseable {
  private static final int IN_FLIGHT = 64;
  private static final int PAGE = 200;

  /** A message as it arrived. */
  private record Heard(long seq, String text) {}

  final String name;
  final Client<Chat> client;
  final List<ClientEvent> gaps = new CopyOnWriteArrayList<>();
  final List<ClientEvent.UserLeft> left = new CopyOnWriteArrayList<>();
  private final Map<String, List<Heard>> heard = new ConcurrentHashMap<>(); // by room
  private final Map<String, CompletableFuture<Receipt>> said = new ConcurrentHashMap<>(); // by text
  private final Map<String, Room<Chat>> rooms = new HashMap<>();
  private final Semaphore places = new Semaphore(IN_FLIGHT);
  private final AtomicLong acknowledged = new AtomicLong();
  private final Thread talking;
  private volatile boolean stopped;

  /**
   * Connects, joins the rooms, and begins to talk.
   *
   * @param pause how long to be silent after each message
   */
  Person(int port, String name, List<String> rooms, Duration pause) {
    this.name = name;
    client =
        Client.of(Chat.class)
            .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
            .build("ws://127.0.0.1:" + port + "/ws?user=" + name);
    client.on(Chat.Message.class, this::hear);
    client.events(ClientEvent.Gap.class, gaps::add);
    client.events(ClientEvent.UserLeft.class, left::add);
    client.connect();
    for (String room : rooms) {
      heard.put(room, new ArrayList<>());
      this.rooms.put(room, client.join(room));
    }
    talking = Thread.ofVirtual().start(() -> talk(rooms, pause));
  }

  private void hear(MessageEvent<Chat.Message> event) {
    List<Heard> all = heard(String.valueOf(event.room()));
    synchronized (all) {
      all.add(new Heard(event.seq(), event.message().content()));
    }
  }

  private List<Heard> heard(String room) {
    return Objects.requireNonNull(heard.get(room));
  }

  private void talk(List<String> all, Duration pause) {
    for (int i = 0; !stopped; i++) {
      places.acquireUninterruptibly();
      String room = all.get(i % all.size());
      String text = room + " " + name + " " + i;
      CompletableFuture<Receipt> receipt =
          room(room).publishAsync(new Chat.Message(text)).toCompletableFuture();
      said.put(
          text,
          receipt.whenComplete((done, refused) -> {
            places.release();
            if (done != null) {
              acknowledged.incrementAndGet();
            }
          }));
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  Room<Chat> room(String room) {
    return Objects.requireNonNull(rooms.get(room));
  }

  /** Returns how many of this person's messages have been acknowledged. */
  long acknowledged() {
    return acknowledged.get();
  }

  /** Says no more, and waits for the outcome of all that was said. */
  void fallSilent() throws Exception {
    stopped = true;
    talking.join();
    CompletableFuture.allOf(said.values().toArray(CompletableFuture[]::new))
        .handle((done, refused) -> true)
        .get(30, TimeUnit.SECONDS);
  }

  /** Returns the whole log of a room, page by page. */
  SortedMap<Long, String> log(String room) {
    SortedMap<Long, String> log = new TreeMap<>();
    for (boolean more = true; more; ) {
      History<Chat> page = room(room).historyAfter(log.size(), PAGE);
      for (MessageEvent<? extends Chat> event : page.messages()) {
        assertThat(event.seq()).isEqualTo(log.size() + 1L);
        log.put(event.seq(), ((Chat.Message) event.message()).content());
      }
      more = page.more();
    }
    return log;
  }

  /**
   * Checks that what this person said in a room, and was acknowledged, is where it was acknowledged
   * to be. Returns how many messages that are.
   */
  int requireSaid(String room, SortedMap<Long, String> log) {
    int found = 0;
    for (Map.Entry<String, CompletableFuture<Receipt>> one : said.entrySet()) {
      if (one.getKey().startsWith(room + " ") && !unavailable(one.getValue())) {
        assertThat(log.get(one.getValue().join().seq())).isEqualTo(one.getKey());
        found++;
      }
    }
    return found;
  }

  /** Whether a message was refused because the store did not work. Then it may be in the log. */
  private static boolean unavailable(CompletableFuture<Receipt> receipt) {
    try {
      var unused = receipt.join();
      return false;
    } catch (CompletionException failed) {
      return failed.getCause() instanceof RefusedException refused
          && refused.code() == ErrorCode.UNAVAILABLE;
    }
  }

  /** Returns how many messages were refused because the store did not work. */
  long refused() {
    return said.values().stream().filter(Person::unavailable).count();
  }

  /** Checks that this person hears a room's log once and in order, from joining on to its end. */
  void requireHeard(String room, SortedMap<Long, String> log) {
    List<Heard> all = heard(room);
    await(name + " hears all of " + room)
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          synchronized (all) {
            return !all.isEmpty() && all.getLast().seq() >= log.lastKey();
          }
        });
    synchronized (all) {
      List<Heard> expected = new ArrayList<>();
      log.tailMap(all.getFirst().seq()).forEach((seq, text) -> expected.add(new Heard(seq, text)));
      assertThat(all).as("%s in %s", name, room).isEqualTo(expected);
    }
  }

  @Override
  public void close() {
    stopped = true;
    client.close();
  }
}
