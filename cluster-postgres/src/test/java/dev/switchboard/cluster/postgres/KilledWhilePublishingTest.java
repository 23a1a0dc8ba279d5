package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.contract.Closing;
import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.history.postgres.PostgresHistory;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The death of the server that publishes, by SIGKILL, between an append and its deletion. */
@Tag("slow")
@Tag("D5")
class KilledWhilePublishingTest {
  private static final int MESSAGES = 1_000;
  private static final int ROOMS = 2;

  private final String url = RealPostgres.url();
  @RegisterExtension final Closing close = new Closing();

  private Process server() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
            "-cp",
            System.getProperty("java.class.path"),
            OutboxServer.class.getName(),
            url)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Address room(int number) {
    return Address.room("room" + number);
  }

  private long appended(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("SELECT coalesce(sum(head), 0) FROM switchboard_log")) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void eachOfAThousandMessagesIsInItsLogOnceAndInOrder() throws Exception {
    PostgresHistory history = close.later(PostgresHistory.open(url));
    Connection writing = close.later(DriverManager.getConnection(url));
    Connection looking = close.later(DriverManager.getConnection(url));
    Statement statement = looking.createStatement();
    writing.setAutoCommit(false);
    var publisher = TransactionalPublisher.of("/ws", Talk.class);
    for (int i = 0; i < MESSAGES; i++) {
      publisher.publish(writing, room(i % ROOMS), new Talk.Said("m" + i / ROOMS));
    }
    writing.commit();
    Connection holding = close.later(DriverManager.getConnection(url));
    holding.setAutoCommit(false);
    for (int death = 0; death < 2; death++) {
      holding.createStatement().execute("LOCK TABLE switchboard_outbox IN SHARE MODE");
      long before = appended(statement);
      Process server = server();
      try {
        if (death == 0) {
          await().atMost(Duration.ofSeconds(30)).until(() -> appended(statement) > before);
        } else { // it finds what was appended, and waits to delete it
          await().atMost(Duration.ofSeconds(30)).until(() -> waitsToDelete(statement));
        }
      } finally {
        kill(server);
      }
      assertThat(appended(statement)).as("in the middle").isBetween(1L, MESSAGES - 1L);
      holding.rollback();
    }
    Process last = server();
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> isEmpty(statement));
    } finally {
      kill(last);
    }
    for (int room = 0; room < ROOMS; room++) {
      assertThat(texts(history, room(room))).containsExactlyElementsOf(expected());
    }
  }

  private static boolean waitsToDelete(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND application_name = 'switchboard-outbox')")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static boolean isEmpty(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("SELECT NOT EXISTS (SELECT FROM switchboard_outbox)")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static List<String> expected() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < MESSAGES / ROOMS; i++) {
      texts.add("{\"text\":\"m" + i + "\"}");
    }
    return texts;
  }

  private static List<String> texts(PostgresHistory history, Address room) {
    Page page = history.after(new LogKey("/ws", room), 0, MESSAGES, Long.MAX_VALUE);
    List<String> texts = new ArrayList<>();
    for (Entry entry : page.entries()) {
      assertThat(entry.seq()).isEqualTo(texts.size() + 1L);
      texts.add(new String(Objects.requireNonNull(entry.payload()).json(), StandardCharsets.UTF_8));
    }
    return texts;
  }
}
