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
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The death of a whole server by SIGKILL, at random moments, while people talk. */
@Tag("slow")
@Tag("D2")
@DisplayName("D2: a server that is killed again and again")
class KilledServerTest {
  private static final int KILLS = Integer.getInteger("kills", 5);
  private static final List<String> ROOMS = List.of("general", "random");
  private static final List<String> PEOPLE = List.of("ann", "bob", "carl");

  private final Random random = seeded();
  private final List<Person> people = new ArrayList<>();

  private static Random seeded() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("KilledServerTest: -Dseed=" + seed);
    return new Random(seed);
  }

  /** Somebody who is in all rooms, talks without a pause, and notes what happens. */
  private static final class Person {
    private static final int IN_FLIGHT = 64;

    final Client<Chat> client;
    final Map<String, SortedMap<Long, String>> heard = new ConcurrentHashMap<>();
    final Map<String, CompletableFuture<Receipt>> said = new ConcurrentHashMap<>();
    final List<String> twice = new CopyOnWriteArrayList<>();
    final List<ClientEvent> gaps = new CopyOnWriteArrayList<>();
    private final Map<String, Room<Chat>> rooms = new HashMap<>();
    private final Semaphore places = new Semaphore(IN_FLIGHT);
    private final Thread talking;
    private volatile boolean stopped;

    Person(int port, String name) {
      client =
          Client.of(Chat.class)
              .reconnect(Reconnect.fixed(Duration.ofMillis(50)))
              .build("ws://127.0.0.1:" + port + "/ws?user=" + name);
      client.on(Chat.Message.class, this::hear);
      client.events(ClientEvent.Gap.class, gaps::add);
      client.connect();
      ROOMS.forEach(room -> rooms.put(room, client.join(room)));
      talking = Thread.ofVirtual().start(() -> talk(name));
    }

    private void hear(MessageEvent<Chat.Message> event) {
      String room = String.valueOf(event.room());
      String before =
          heard
              .computeIfAbsent(room, key -> new ConcurrentSkipListMap<>())
              .put(event.seq(), event.message().content());
      if (before != null) {
        twice.add(before);
      }
    }

    private void talk(String name) {
      for (int i = 0; !stopped; i++) {
        places.acquireUninterruptibly();
        String room = ROOMS.get(i % ROOMS.size());
        String text = room + " " + name + " " + i;
        CompletableFuture<Receipt> receipt =
            room(room).publishAsync(new Chat.Message(text)).toCompletableFuture();
        said.put(text, receipt.whenComplete((done, failed) -> places.release()));
      }
    }

    Room<Chat> room(String name) {
      return Objects.requireNonNull(rooms.get(name));
    }

    long acknowledged() {
      return said.values().stream().filter(CompletableFuture::isDone).count();
    }

    void fallSilent() throws InterruptedException {
      stopped = true;
      talking.join();
    }
  }

  @Test
  void onSqliteNothingIsLostAndNothingIsTwice(@TempDir Path data) throws Exception {
    nothingIsLostAndNothingIsTwice("--data", data.toString());
  }

  @Test
  void onPostgresNothingIsLostAndNothingIsTwice() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      nothingIsLostAndNothingIsTwice("--database", postgres.getJdbcUrl("postgres", "postgres"));
    }
  }

  private void nothingIsLostAndNothingIsTwice(String option, String store) throws Exception {
    Program server = Program.switchboard("serve", "--rate", "0", option, store, "--port", "0");
    try {
      int port = server.port();
      PEOPLE.forEach(name -> people.add(new Person(port, name)));
      for (int kill = 0; kill < KILLS; kill++) {
        long until = acknowledged() + random.nextInt(1_500);
        await().pollInterval(Duration.ofMillis(1)).until(() -> acknowledged() >= until);
        server.kill();
        server =
            Program.switchboard(
                "serve", "--rate", "0", option, store, "--port", Integer.toString(port));
        assertThat(server.port()).isEqualTo(port);
      }
      for (Person person : people) {
        person.fallSilent();
        CompletableFuture.allOf(person.said.values().toArray(CompletableFuture[]::new))
            .get(30, TimeUnit.SECONDS);
      }
      for (String room : ROOMS) {
        check(room, log(room));
      }
    } finally {
      people.forEach(person -> person.client.close());
      server.close();
    }
  }

  private long acknowledged() {
    return people.stream().mapToLong(Person::acknowledged).sum();
  }

  /** The whole log, page by page. */
  private SortedMap<Long, String> log(String room) {
    SortedMap<Long, String> log = new TreeMap<>();
    for (boolean more = true; more; ) {
      History<Chat> page = people.get(0).room(room).historyAfter(log.size(), 200);
      for (MessageEvent<? extends Chat> event : page.messages()) {
        assertThat(event.seq()).isEqualTo(log.size() + 1L);
        log.put(event.seq(), ((Chat.Message) event.message()).content());
      }
      more = page.more();
    }
    return log;
  }

  private void check(String room, SortedMap<Long, String> log) {
    assertThat(new HashSet<>(log.values())).as("each once").hasSize(log.size());
    int acknowledged = 0;
    for (Person person : people) {
      assertThat(person.gaps).isEmpty();
      assertThat(person.twice).isEmpty();
      for (Map.Entry<String, CompletableFuture<Receipt>> one : person.said.entrySet()) {
        if (one.getKey().startsWith(room + " ")) {
          assertThat(log.get(one.getValue().join().seq())).isEqualTo(one.getKey());
          acknowledged++;
        }
      }
    }
    assertThat(log).hasSize(acknowledged);
    for (Person person : people) {
      SortedMap<Long, String> heard = Objects.requireNonNull(person.heard.get(room));
      await().untilAsserted(() -> assertThat(heard).containsKey((long) log.size()));
      assertThat(heard).as("from joining on").isEqualTo(log.tailMap(heard.firstKey()));
    }
    System.out.println("KilledServerTest: " + room + ": " + acknowledged + " messages");
  }
}
