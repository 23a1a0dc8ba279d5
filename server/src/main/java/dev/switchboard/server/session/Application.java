package dev.switchboard.server.session;

import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import java.util.concurrent.CompletionStage;

/**
 * Users' code, as connections call it. Methods that may block are called from a connection's
 * mailbox. Thread-safe.
 */
public interface Application {
  /**
   * Returns the object by which users' code knows the connection. Called once, before any other
   * method.
   */
  Object peer(Connection connection);

  /** Whether {@link #joining} must be called before a join. */
  boolean asksBeforeJoins();

  /** Allows a join by returning, and refuses it by throwing. May block. */
  void joining(Connection connection, String room) throws Exception;

  /** Whether messages of this type to the server have a handler. */
  boolean handles(MessageType<?> type);

  /** Handles a message to the server. May block. Failures are reported in the stage. */
  CompletionStage<Answer> handle(Incoming message, Connection connection);

  /** Whether publishing this message must go through {@link #publish}. */
  boolean looksAt(Incoming message);

  /**
   * Inspects a publish, may add to it, and commits or refuses it. May block. Failures are reported
   * in the stage.
   */
  CompletionStage<Answer> publish(Publish publish);

  /** Called when the connection has opened, before any of its messages is handled. */
  void opened(Connection connection);

  /** Called when the connection has ended and all its messages are handled. May block. */
  void closed(Connection connection, int code, String reason, boolean clean);
}
