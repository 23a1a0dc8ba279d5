package dev.switchboard.server.session;

import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import java.util.concurrent.CompletionStage;

/**
 * Users' code, as connections call it. What may block is called from a connection's mailbox.
 * Thread-safe.
 */
public interface Application {
  /** What users' code knows the connection as; asked once, before anything else. */
  Object peer(Connection connection);

  /** Whether {@link #joining} has anything to say. */
  boolean asksBeforeJoins();

  /** Lets somebody join a room by returning, and refuses by throwing. May block. */
  void joining(Connection connection, String room) throws Exception;

  /** Whether there is a handler for messages of that type to the server. */
  boolean handles(MessageType<?> type);

  /** Deals with a message to the server. May block; what is thrown is in the stage. */
  CompletionStage<Answer> handle(Incoming message, Connection connection);

  /** Whether a publish of that type has to pass {@link #publish}. */
  boolean looksAt(MessageType<?> type);

  /**
   * Looks at a publish, may add to it, and commits it or not. May block; what is thrown is in the
   * stage.
   */
  CompletionStage<Answer> publish(Publish publish);

  /** The connection is open, and has not been handled anything. */
  void opened(Connection connection);

  /** The connection has ended, and everything it brought is handled. May block. */
  void closed(Connection connection, int code, String reason, boolean clean);
}
