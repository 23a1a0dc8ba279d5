package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A log to publish to and to read from: a room, a user's inbox, or everyone. Thread-safe.
 *
 * <p>Each published message gets a permanent ID. Until the server has acknowledged it, the client
 * sends it again on each new connection, and the server accepts it only once. Messages that one
 * thread publishes are in the log in the same order.
 *
 * @param <M> the protocol's sealed interface
 */
public sealed class Channel<M> permits Room {
  final Client<M> client;
  private final Address address;
  private final boolean echo;

  Channel(Client<M> client, Address address) {
    this(client, address, true);
  }

  private Channel(Client<M> client, Address address, boolean echo) {
    this.client = client;
    this.address = address;
    this.echo = echo;
  }

  /**
   * Returns the same log, except that what is published through it is not delivered back to this
   * client.
   */
  public Channel<M> withoutEcho() {
    return new Channel<>(client, address, false);
  }

  /** Returns the log's address. */
  public Address address() {
    return address;
  }

  /**
   * Publishes a message and blocks until it is committed. If there is no connection, waits for one.
   *
   * @throws IllegalArgumentException if the type is {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; use {@link #fleeting(Object)} for those
   * @throws InvalidMessageException if the message breaks a rule of its type
   * @throws RefusedException if the server refused it or did not answer within the request timeout
   *     ( {@link dev.switchboard.protocol.ErrorCode#TIMEOUT}; then it may be in the log, and is not
   *     sent again)
   * @throws UnsentException if the queue is full, the client is closed, or there was no connection
   *     within the request timeout
   */
  public Receipt publish(M message) {
    Command.Publish ask = publication(message);
    return receipt(ask, client.blocking(ask, message));
  }

  /**
   * Publishes a message without blocking and without a timeout: the client keeps trying as long as
   * it lives.
   */
  public CompletionStage<Receipt> publishAsync(M message) {
    Command.Publish ask = publication(message);
    return client.later(ask, message, -1, answer -> receipt(ask, answer));
  }

  /**
   * Publishes data with the name of a type, which the client need not know. Otherwise like {@link
   * #publish(Object)}.
   *
   * @param data a JSON tree, or anything that Jackson can convert to JSON
   * @throws IllegalArgumentException if the name is reserved by Switchboard, or belongs to a type
   *     that is {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public Receipt publish(String type, Object data) {
    Command.Publish ask = publication(type, data);
    return receipt(ask, client.blocking(ask, data));
  }

  /** Like {@link #publish(String, Object)}, without blocking and without a timeout. */
  public CompletionStage<Receipt> publishAsync(String type, Object data) {
    Command.Publish ask = publication(type, data);
    return client.later(ask, data, -1, answer -> receipt(ask, answer));
  }

  /**
   * Queues a message, which the client publishes as soon as it can. Returns once it is in the
   * queue. If there is an {@link Outbox}, it is then on disk and survives this process. The outcome
   * is reported only if the message will not be delivered ({@link ClientEvent.Undelivered}).
   *
   * @return the message's ID, which its receivers see
   * @throws InvalidMessageException if the message breaks a rule of its type
   * @throws UnsentException if the queue is full, the client is closed, or writing to disk failed
   */
  public String enqueue(M message) {
    Command.Publish ask = publication(message);
    client.enqueue(ask, message);
    return ask.messageId();
  }

  /**
   * Sends a message that may be lost because it soon becomes worthless (typing indicators,
   * cursors). It is delivered at most once, to those who are there now, is in no log, and does not
   * come back to this client. Returns at once. The message is dropped if there is no connection or
   * the connection is slow.
   *
   * @throws IllegalArgumentException if the type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; use {@link #publish(Object)} for those
   * @throws InvalidMessageException if the message breaks a rule of its type
   * @throws UnsentException if the message exceeds the server's size limit
   */
  public void fleeting(M message) {
    client.fleeting(address, client.factory().fleeting("publish", message), message);
  }

  /**
   * Sends data that may be lost with the name of a type, which the client need not know. Otherwise
   * like {@link #fleeting(Object)}.
   *
   * @param data a JSON tree, or anything that Jackson can convert to JSON
   * @throws IllegalArgumentException if the name is reserved by Switchboard, or belongs to a type
   *     that the client knows and that is not {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public void fleeting(String type, Object data) {
    client.fleeting(address, client.factory().fleeting("publish", type, data), data);
  }

  /**
   * Reads the newest messages of the log.
   *
   * @param limit 1–200
   */
  public History<M> history(int limit) {
    return page(null, null, limit);
  }

  /**
   * Reads the messages just before a place.
   *
   * @param before a {@code seq}
   * @param limit 1–200
   */
  public History<M> history(long before, int limit) {
    return page(before, null, limit);
  }

  /**
   * Reads the messages just after a place.
   *
   * @param after a {@code seq}
   * @param limit 1–200
   */
  public History<M> historyAfter(long after, int limit) {
    return page(null, after, limit);
  }

  /** Like {@link #history(int)}, without blocking. */
  public CompletionStage<History<M>> historyAsync(int limit) {
    return pageAsync(null, null, limit);
  }

  /** Like {@link #history(long, int)}, without blocking. */
  public CompletionStage<History<M>> historyAsync(long before, int limit) {
    return pageAsync(before, null, limit);
  }

  /** Like {@link #historyAfter}, without blocking. */
  public CompletionStage<History<M>> historyAfterAsync(long after, int limit) {
    return pageAsync(null, after, limit);
  }

  private CompletionStage<History<M>> pageAsync(
      @Nullable Long before, @Nullable Long after, int limit) {
    Command.History ask = ask(before, after, limit);
    return client.later(ask, ask, 0, client.factory()::history);
  }

  private History<M> page(@Nullable Long before, @Nullable Long after, int limit) {
    Command.History ask = ask(before, after, limit);
    return client.factory().history(client.blocking(ask, ask));
  }

  private Command.History ask(@Nullable Long before, @Nullable Long after, int limit) {
    if (limit < 1 || limit > Limits.MAX_PAGE_ENTRIES) {
      throw new IllegalArgumentException(
          "limit: " + limit + " (expected: 1-" + Limits.MAX_PAGE_ENTRIES + ")");
    }
    return new Command.History(address, before, after, limit);
  }

  private Command.Publish publication(M message) {
    return client.factory().publication(address, echo, message);
  }

  private Command.Publish publication(String type, Object data) {
    return client.factory().publication(address, echo, type, data);
  }

  static Receipt receipt(Command.Publish ask, Answer answer) {
    Answer.Acked acked = (Answer.Acked) answer;
    return new Receipt(ask.messageId(), acked.seq(), acked.seqs());
  }
}
