package dev.switchboard.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.InvalidMessageException;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A log to publish to and to read: a room, a user's inbox, or everyone. Thread-safe.
 *
 * <p>A message that is published gets a name for good. Until the server has acknowledged it, it is
 * sent again over each new connection; the server takes it once. Messages of one thread are
 * published in its order.
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

  /** The same log, but what is published here does not come back to this client. */
  public Channel<M> withoutEcho() {
    return new Channel<>(client, address, false);
  }

  /** Which log it is. */
  public Address address() {
    return address;
  }

  /**
   * Publishes a message and returns when it is committed, waiting for a connection if there is
   * none.
   *
   * @throws IllegalArgumentException if the type is {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}: {@link #fleeting(Object)} is for those
   * @throws InvalidMessageException if it breaks a rule of its type
   * @throws RefusedException if the server refused it, or did not answer within the request timeout
   *     ({@link dev.switchboard.protocol.ErrorCode#TIMEOUT}: it may be in the log, and is not sent
   *     again)
   * @throws UnsentException if the queue is full, the client is closed, or there was no connection
   *     within the request timeout
   */
  public Receipt publish(M message) {
    Command.Publish ask = publication(message);
    return receipt(ask, client.blocking(ask, message));
  }

  /**
   * The same without blocking, and without a limit of time: it is tried for as long as the client
   * lives.
   */
  public CompletionStage<Receipt> publishAsync(M message) {
    Command.Publish ask = publication(message);
    return client.later(ask, message, -1, answer -> receipt(ask, answer));
  }

  /**
   * Publishes data under a type's name, which need not be one that the client knows; otherwise as
   * {@link #publish(Object)}.
   *
   * @param data a JSON tree, or whatever Jackson turns into JSON
   * @throws IllegalArgumentException if the name is one of Switchboard's own, or of a type that is
   *     {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public Receipt publish(String type, Object data) {
    Command.Publish ask = publication(type, data);
    return receipt(ask, client.blocking(ask, data));
  }

  /** The same without blocking; otherwise as {@link #publishAsync(Object)}. */
  public CompletionStage<Receipt> publishAsync(String type, Object data) {
    Command.Publish ask = publication(type, data);
    return client.later(ask, data, -1, answer -> receipt(ask, answer));
  }

  /**
   * Leaves a message to the client, which publishes it when it can: returns when it is in the
   * queue, and where there is an {@link Outbox}, on disk, so that it survives this process. What
   * becomes of it is not told, unless it will not be delivered ({@link ClientEvent.Undelivered}).
   *
   * @return the message's name, which its receivers see
   * @throws InvalidMessageException if it breaks a rule of its type
   * @throws UnsentException if the queue is full, the client is closed, or the disk can't be
   *     written
   */
  public String enqueue(M message) {
    Command.Publish ask = publication(message);
    client.enqueue(ask, message);
    return ask.messageId();
  }

  /**
   * Sends a message that may be lost, as it is worth nothing later (typing, cursors): at most once,
   * to those who are there now, in no log, and not back to this client. Returns at once. Dropped if
   * there is no connection, or it is slow.
   *
   * @throws IllegalArgumentException if the type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}: {@link #publish(Object)} is for those
   * @throws InvalidMessageException if it breaks a rule of its type
   * @throws UnsentException if it is larger than the server takes
   */
  public void fleeting(M message) {
    client.fleeting(address, client.factory().fleeting("publish", message), message);
  }

  /**
   * Sends data that may be lost under a type's name, which need not be one that the client knows;
   * otherwise as {@link #fleeting(Object)}.
   *
   * @param data a JSON tree, or whatever Jackson turns into JSON
   * @throws IllegalArgumentException if the name is one of Switchboard's own, or of a type that the
   *     client knows and that is not {@link dev.switchboard.protocol.Fleeting @Fleeting}
   */
  public void fleeting(String type, Object data) {
    client.fleeting(address, client.factory().fleeting("publish", type, data), data);
  }

  /**
   * The newest messages of the log.
   *
   * @param limit 1–200
   */
  public History<M> history(int limit) {
    return page(null, null, limit);
  }

  /**
   * The messages just before a place.
   *
   * @param before a {@code seq}
   * @param limit 1–200
   */
  public History<M> history(long before, int limit) {
    return page(before, null, limit);
  }

  /**
   * The messages just after a place.
   *
   * @param after a {@code seq}
   * @param limit 1–200
   */
  public History<M> historyAfter(long after, int limit) {
    return page(null, after, limit);
  }

  /** The same as {@link #history(int)} without blocking. */
  public CompletionStage<History<M>> historyAsync(int limit) {
    return pageAsync(null, null, limit);
  }

  /** The same as {@link #history(long, int)} without blocking. */
  public CompletionStage<History<M>> historyAsync(long before, int limit) {
    return pageAsync(before, null, limit);
  }

  /** The same as {@link #historyAfter} without blocking. */
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
    if (limit < 1 || limit > 200) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1-200)");
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
