package dev.switchboard.spi;

import dev.switchboard.protocol.Address;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Messages that database transactions of the application leave behind, to be published once they
 * have committed. The servers of a deployment share them. Thread-safe.
 *
 * <p>Guarantee: a message of a committed transaction is published once, by one of the servers, and
 * one of a transaction that was rolled back never. Messages to one log keep the order in which one
 * transaction, or transactions one after the other, left them. A message that can't be published is
 * set aside and does not hold up the others.
 */
public interface TransactionalMessages extends AutoCloseable {
  /**
   * A message as a transaction left it. Immutable by convention: nobody may modify its bytes.
   *
   * @param path the path of the endpoint whose clients read it
   * @param address the log to append to
   * @param type the name of the message type
   * @param data JSON in UTF-8; null if the message has no data
   * @param messageId identifies the message, so that it is appended once, however often that is
   *     tried
   */
  record Message(
      String path, Address address, String type, byte @Nullable [] data, String messageId) {}

  /** What a server does with the messages. Thread-safe; no call blocks. */
  interface Publisher {
    /**
     * Checks a message by the rules for what server code publishes.
     *
     * @throws RuntimeException if it can't be published; the exception's message says why
     */
    Publication publication(Message message);

    /** Publishes what was checked, all or nothing, as {@link Broker#publish} does. */
    CompletionStage<List<Committed>> publish(List<Publication> publications);
  }

  /** Begins to publish, on a thread of its own, until {@link #close}. Called at most once. */
  void start(Publisher publisher);

  /**
   * Publishes no more. Waits a few seconds for what is being published; what remains is published
   * by other servers, or after the next start. Closing again has no effect.
   */
  @Override
  void close();
}
