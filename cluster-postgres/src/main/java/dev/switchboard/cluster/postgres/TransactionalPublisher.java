package dev.switchboard.cluster.postgres;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;
import java.util.UUID;

/**
 * Publishes messages as part of a database transaction: if it commits, each message is published
 * once, and if it is rolled back, none is. The servers that share the database ({@link
 * PostgresCluster}) find the messages and publish them, in the order in which they were left here,
 * usually within 100 ms after the commit. Any program may do this, also one without a server.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * var chat = TransactionalPublisher.of("/ws", Chat.class);
 * …
 * connection.setAutoCommit(false);
 * insertOrder(connection, order);
 * chat.publish(connection, Address.room("orders"), new Chat.Message("order " + order.id()));
 * connection.commit();
 * }</pre>
 *
 * <p>A message that the servers can't publish, for example because it is too large for their
 * endpoint, is set aside in the table {@code switchboard_outbox_refused}, with the reason.
 *
 * @param <M> the endpoint's messages
 */
public final class TransactionalPublisher<M> {
  private static final String INSERT =
      """
      INSERT INTO switchboard_outbox (path, kind, name, type, data, message_id)
      VALUES (?, ?, ?, ?, ?::json, ?)
      """;

  private final String path;
  private final Protocol<M> protocol;

  private TransactionalPublisher(String path, Protocol<M> protocol) {
    this.path = Objects.requireNonNull(path, "path");
    this.protocol = protocol;
  }

  /**
   * Creates a publisher of messages of a sealed interface of records.
   *
   * @param path the path of the endpoint, as its servers have it
   * @throws dev.switchboard.protocol.DefinitionException as for {@link Protocol#of}
   */
  public static <M> TransactionalPublisher<M> of(String path, Class<M> union) {
    return of(path, Protocol.of(union));
  }

  /** Creates a publisher of a protocol's messages. Its validators should be the endpoint's. */
  public static <M> TransactionalPublisher<M> of(String path, Protocol<M> protocol) {
    return new TransactionalPublisher<>(path, protocol);
  }

  /**
   * Leaves a message to be published when the connection's transaction has committed. Blocks for
   * one statement.
   *
   * @param connection has a transaction, and the schema of the servers' tables in its search path.
   *     Its user needs no other right than to {@code INSERT} into {@code switchboard_outbox}
   * @return the id that the published message has
   * @throws IllegalArgumentException if the type is not the protocol's, or is fleeting
   * @throws dev.switchboard.protocol.InvalidMessageException if the message breaks a rule of its
   *     type
   * @throws IllegalStateException if the connection is in auto-commit mode, where each statement is
   *     a transaction of its own
   * @throws SQLException if the database fails, or the message has more than 16 MiB; then the
   *     transaction can only be rolled back
   */
  public String publish(Connection connection, Address address, M message) throws SQLException {
    MessageType<?> type = protocol.typeOf(message);
    if (type.fleeting()) {
      throw new IllegalArgumentException(
          "type: " + type.name() + " is fleeting (expected: one that is kept)");
    }
    byte[] data = protocol.encode(message);
    if (connection.getAutoCommit()) {
      throw new IllegalStateException(
          "connection: in auto-commit mode (expected: the connection of a transaction)");
    }
    String messageId = UUID.randomUUID().toString();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, path);
      insert.setString(2, Columns.kind(address));
      insert.setString(3, Columns.name(address));
      insert.setString(4, type.name());
      insert.setString(5, new String(data, StandardCharsets.UTF_8));
      insert.setString(6, messageId);
      insert.executeUpdate();
    }
    return messageId;
  }
}
