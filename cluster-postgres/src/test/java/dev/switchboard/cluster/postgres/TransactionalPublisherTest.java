package dev.switchboard.cluster.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.cluster.contract.Closing;
import dev.switchboard.cluster.contract.Member;
import dev.switchboard.cluster.contract.Talk;
import dev.switchboard.peers.RealPostgres;
import dev.switchboard.peers.TcpProxy;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.server.Server;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages of transactions on a real database, heard by clients of several servers. */
@Tag("D5")
class TransactionalPublisherTest {
  private static final Address ROOM = Address.room("r");
  private static final String KILL_READERS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          + " WHERE application_name = 'switchboard-outbox'";

  private final String url = RealPostgres.url();
  private final TransactionalPublisher<Talk> publisher =
      TransactionalPublisher.of("/ws", Talk.class);
  @RegisterExtension final Closing close = new Closing();

  private Server server() {
    return close.later(OutboxServer.start(url));
  }

  private Member member(String name, Server server) {
    return close.later(new Member(name, server.port()));
  }

  private Connection transaction() throws SQLException {
    Connection connection = close.later(DriverManager.getConnection(url));
    connection.setAutoCommit(false);
    return connection;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> texts(String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }

  private void awaitEmptyOutbox() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(texts("SELECT number FROM switchboard_outbox")).isEmpty());
  }

  @Test
  void whatIsCommittedReachesMembersOfAllServersAndWhatIsRolledBackNobody() throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    Connection transaction = transaction();
    publisher.publish(transaction, ROOM, new Talk.Said("never"));
    transaction.rollback();
    publisher.publish(transaction, ROOM, new Talk.Said("first"));
    publisher.publish(transaction, Address.user("bob"), new Talk.Said("to bob"));
    publisher.publish(transaction, Address.EVERYONE, new Talk.Said("to everyone"));
    publisher.publish(transaction, ROOM, new Talk.Said("second 你好"));
    assertThat(ann.texts).isEmpty();
    transaction.commit();
    ann.expectAllUpTo(2);
    bob.expectAllUpTo(2);
    assertThat(bob.texts).containsExactly("first", "second 你好");
    await()
        .untilAsserted(
            () -> assertThat(bob.direct).containsExactlyInAnyOrder("to bob", "to everyone"));
    await().untilAsserted(() -> assertThat(ann.direct).containsExactly("to everyone"));
    awaitEmptyOutbox();
    assertThat(ann.texts).isEqualTo(bob.texts);
  }

  @Test
  void theMessageHasTheIdThatThePublisherReturned() throws Exception {
    Server server = server();
    Member ann = close.later(new Member("ann", server.port()));
    Connection transaction = transaction();
    String id = publisher.publish(transaction, ROOM, new Talk.Said("one"));
    transaction.commit();
    ann.expectAllUpTo(1);
    assertThat(texts("SELECT message_id FROM switchboard_entry")).containsExactly(id);
  }

  @Test
  void eachWritersMessagesAreInItsOrderWhileAllServersReadAndTheirConnectionsAreKilled()
      throws Exception {
    Member ann = member("ann", server());
    Member bob = member("bob", server());
    Member carl = member("carl", server());
    int writers = 4;
    int transactions = 100;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writing = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int who = writer;
        writing.add(threads.submit(() -> write(who, transactions)));
      }
      for (int kill = 0; kill < 3; kill++) {
        int before = ann.texts.size();
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () -> ann.texts.size() > before || ann.texts.size() == 3 * writers * transactions);
        RealPostgres.execute(KILL_READERS);
      }
      for (Future<?> one : writing) {
        one.get();
      }
    }
    for (Member member : List.of(ann, bob, carl)) {
      member.expectAllUpTo(3L * writers * transactions);
      assertThat(member.texts).isEqualTo(ann.texts);
    }
    for (int writer = 0; writer < writers; writer++) {
      String prefix = writer + " ";
      assertThat(ann.texts)
          .filteredOn(text -> text.startsWith(prefix))
          .containsExactlyElementsOf(
              IntStream.range(0, 3 * transactions).mapToObj(i -> prefix + i).toList());
    }
    awaitEmptyOutbox();
  }

  /** Commits transactions of three messages each. */
  private Void write(int writer, int transactions) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      for (int i = 0; i < 3 * transactions; i++) {
        publisher.publish(connection, ROOM, new Talk.Said(writer + " " + i));
        if (i % 3 == 2) {
          connection.commit();
        }
      }
    }
    return null;
  }

  @Test
  void aRowThatCannotBePublishedIsSetAsideWithTheReasonAndHoldsUpNothing() throws Exception {
    Member ann = member("ann", server());
    String huge = "\"" + "x".repeat(600_000) + "\"";
    execute(
        """
        INSERT INTO switchboard_outbox (path, kind, name, type, data, message_id) VALUES
          ('/ws', 'room', 'r', 'said', '{"text":"first"}', 'a'),
          ('/nowhere', 'room', 'r', 'said', '{"text":"x"}', 'b'),
          ('/ws', 'room', 'r', 'unsaid', '{"text":"x"}', 'c'),
          ('/ws', 'room', 'r', 'said', '{"text":7}', 'd'),
          ('/ws', 'room', 'r', 'said', NULL, 'e'),
          ('/ws', 'room', E'r\\n', 'said', '{"text":"x"}', 'f'),
          ('/ws', 'room', 'r', 'typing', '{"text":"x"}', 'g'),
          ('/ws', 'room', 'r', 'said', '{"text":"x"}', E'\\001'),
          ('/ws', 'room', 'r', 'said', '{"text":HUGE}', 'i'),
          ('/ws', 'user', '', 'said', '{"text":"x"}', 'j'),
          ('/ws', 'room', 'r', 'said', '{"text":"last"}', 'k')
        """
            .replace("HUGE", huge));
    ann.expectAllUpTo(2);
    assertThat(ann.texts).containsExactly("first", "last");
    awaitEmptyOutbox();
    List<String> errors = texts("SELECT error FROM switchboard_outbox_refused ORDER BY number");
    List<String> expected =
        List.of(
            "path:",
            "type:",
            "data.text:",
            "data.text:",
            "room:",
            "type: typing is fleeting",
            "messageId:",
            "data: ",
            "user:");
    assertThat(errors).hasSameSizeAs(expected);
    for (int i = 0; i < errors.size(); i++) {
      assertThat(errors.get(i)).startsWith(expected.get(i)).contains("expected");
    }
    execute(
        """
        WITH again AS (DELETE FROM switchboard_outbox_refused RETURNING *)
        INSERT INTO switchboard_outbox (path, kind, name, type, data, message_id)
        SELECT path, kind, name, replace(type, 'uns', 's'), data, message_id FROM again
        ORDER BY number
        """);
    ann.expectAllUpTo(3);
    awaitEmptyOutbox();
    assertThat(texts("SELECT error FROM switchboard_outbox_refused")).hasSize(expected.size() - 1);
  }

  @Test
  void whatIsSetAsideIsBounded() throws Exception {
    Member ann = member("ann", server());
    execute(
        """
        INSERT INTO switchboard_outbox (path, kind, name, type)
        SELECT '/ws', 'room', 'r', 'unsaid' || i FROM generate_series(1, 1500) AS i
        """);
    execute(
        """
        INSERT INTO switchboard_outbox (path, kind, name, type, data)
        VALUES ('/ws', 'room', 'r', 'said', '{"text":"one"}')
        """);
    ann.expectAllUpTo(1);
    awaitEmptyOutbox();
    assertThat(texts("SELECT type FROM switchboard_outbox_refused ORDER BY number"))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(501, 1500).mapToObj(i -> "unsaid" + i).toList());
  }

  @Test
  void aRowThatNoServerCouldReadIsRefusedByTheTable() {
    server();
    for (String values :
        List.of(
            "('/ws', 'rooom', 'r', 'said', '{}')",
            "('/ws', 'room', 'r', 'said', '{')",
            "('/ws', 'room', repeat('r', 3000), 'said', '{}')",
            "('/ws', 'room', 'r', 'said', ('\"' || repeat('x', 16777216) || '\"')::json)")) {
      assertThatThrownBy(() ->
              execute(
                  "INSERT INTO switchboard_outbox (path, kind, name, type, data) VALUES " + values))
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void anotherServerTakesOverFromOneThatIsCutOffAndFromOneThatCloses() throws Exception {
    TcpProxy network = close.later(TcpProxy.toDatabase(url));
    Server cutOff = close.later(OutboxServer.start(network.through(url)));
    awaitReaders(1);
    Member ann = member("ann", cutOff);
    Server closing = server();
    Member bob = member("bob", closing);
    publishAlone("one");
    ann.expectAllUpTo(1);
    network.cut();
    publishAlone("two");
    bob.expectAllUpTo(2);
    Server last = server();
    Member carl = member("carl", last);
    closing.close();
    publishAlone("three");
    await().atMost(Duration.ofSeconds(20)).until(() -> carl.texts.contains("three"));
    network.heal();
    ann.expectAllUpTo(3);
  }

  private void awaitReaders(int count) {
    await()
        .untilAsserted(() ->
            assertThat(texts("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"))
                .hasSize(count));
  }

  private void publishAlone(String text) throws SQLException {
    Connection transaction = transaction();
    publisher.publish(transaction, ROOM, new Talk.Said(text));
    transaction.commit();
  }

  @Test
  void whatIsLeftWhileTheDatabaseIsCutOffFromAllServersIsPublishedWhenItIsBack() throws Exception {
    TcpProxy network = close.later(TcpProxy.toDatabase(url));
    Member ann = member("ann", close.later(OutboxServer.start(network.through(url))));
    Member bob = member("bob", close.later(OutboxServer.start(network.through(url))));
    publishAlone("before");
    ann.expectAllUpTo(1);
    network.cut();
    publishAlone("meanwhile");
    network.heal();
    publishAlone("after");
    ann.expectAllUpTo(3);
    bob.expectAllUpTo(3);
    assertThat(bob.texts).containsExactly("before", "meanwhile", "after");
  }

  @Test
  void aMistakeOfTheCallerIsRefusedBeforeAnythingIsWritten() throws Exception {
    server();
    Connection transaction = transaction();
    assertThatThrownBy(() -> publisher.publish(transaction, ROOM, new Talk.Typing("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type: typing is fleeting (expected: one that is kept)");
    var strict =
        TransactionalPublisher.of(
            "/ws",
            Protocol.of(Talk.class)
                .with(
                    Talk.Said.class,
                    said -> {
                      if (said.text().isEmpty()) {
                        throw new InvalidMessageException("data.text", "size", "empty");
                      }
                    }));
    assertThatThrownBy(() -> strict.publish(transaction, ROOM, new Talk.Said("")))
        .isInstanceOf(InvalidMessageException.class);
    transaction.setAutoCommit(true);
    assertThatThrownBy(() -> publisher.publish(transaction, ROOM, new Talk.Said("x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("auto-commit");
    assertThat(texts("SELECT number FROM switchboard_outbox")).isEmpty();
  }

  @Test
  void aWriterNeedsNoRightButToInsert() throws Exception {
    Member ann = member("ann", server());
    String schema = texts("SELECT current_schema()").getFirst();
    String role = "writer_of_" + schema;
    RealPostgres.execute(
        "CREATE ROLE ROLE; GRANT USAGE ON SCHEMA S TO ROLE;"
                .replace("ROLE ROLE", "ROLE " + role)
                .replace("TO ROLE", "TO " + role)
                .replace("SCHEMA S", "SCHEMA " + schema)
            + ("GRANT INSERT ON " + schema + ".switchboard_outbox TO " + role));
    Connection transaction = transaction();
    try (Statement statement = transaction.createStatement()) {
      statement.execute("SET ROLE " + role);
      publisher.publish(transaction, ROOM, new Talk.Said("one"));
      transaction.commit();
      assertThatThrownBy(() -> statement.execute("SELECT * FROM switchboard_outbox"))
          .hasMessageContaining("permission denied");
      transaction.rollback();
    }
    ann.expectAllUpTo(1);
  }
}
