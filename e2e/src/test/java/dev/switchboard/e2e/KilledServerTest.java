package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
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
      PEOPLE.forEach(name -> people.add(new Person(port, name, ROOMS, Duration.ZERO)));
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
        assertThat(person.refused()).isZero();
        assertThat(person.gaps).isEmpty();
      }
      for (String room : ROOMS) {
        check(room, people.getFirst().log(room));
      }
    } finally {
      people.forEach(Person::close);
      server.close();
    }
  }

  private long acknowledged() {
    return people.stream().mapToLong(Person::acknowledged).sum();
  }

  private void check(String room, SortedMap<Long, String> log) {
    assertThat(new HashSet<>(log.values())).as("each once").hasSize(log.size());
    assertThat(log).hasSize(people.stream().mapToInt(one -> one.requireSaid(room, log)).sum());
    people.forEach(person -> person.requireHeard(room, log));
    System.out.println("KilledServerTest: " + room + ": " + log.size() + " messages");
  }
}
