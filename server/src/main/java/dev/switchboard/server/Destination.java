package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Names;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Verbs;
import dev.switchboard.server.session.EndpointRuntime;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.Publication;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A room, a user's inbox, or everyone, as a destination that server code publishes to. Immutable
 * and thread-safe.
 *
 * @param <M> the endpoint's messages
 */
public final class Destination<M> {
  private final Protocol<?> protocol;
  private final Supplier<EndpointRuntime> endpoint; // throws until the server has started
  private final Address address;
  private final @Nullable String from;

  Destination(
      Protocol<?> protocol,
      Supplier<EndpointRuntime> endpoint,
      Address address,
      @Nullable String from) {
    this.protocol = protocol;
    this.endpoint = endpoint;
    this.address = address;
    this.from = from;
  }

  /**
   * Publishes a message and blocks until it is committed. Call it from handlers and other threads
   * that may block, never on an event loop.
   *
   * @return the message's seq
   * @throws IllegalArgumentException if the type is {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}, use {@link #fleeting} for those; or if the
   *     destination is {@link Endpoint#encrypted encrypted}
   * @throws RefusedException {@code too_large} if the message could not be delivered to every
   *     reader ({@link Endpoint#maxPendingBytes}); {@code unavailable} if the log could not be
   *     written, in which case the message may or may not be in it
   */
  public long publish(M message) {
    try {
      return publishAsync(message, null).toCompletableFuture().join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RefusedException refused) {
        throw refused;
      }
      throw new RefusedException(ErrorCode.INTERNAL, "publishing failed: " + failed.getCause());
    }
  }

  /**
   * Publishes a message without blocking. The stage completes with the seq when the message is
   * committed.
   *
   * @param messageId identifies the message, so that publishing it again with the same id does not
   *     append it twice; null for none
   * @throws RefusedException {@code too_large}, thrown immediately, as for {@link #publish}
   * @throws IllegalArgumentException if the type is fleeting, or the id is not 1–64 characters
   *     without control characters and unpaired surrogates
   */
  public CompletionStage<Long> publishAsync(M message, @Nullable String messageId) {
    MessageType<?> type = Verbs.requireAcknowledged(protocol.typeOf(message));
    String name = messageId == null ? null : Names.requireMessageId(messageId);
    return publish(type, message, name).thenApply(Destination::seq);
  }

  /**
   * Sends a fleeting message to everyone connected who reads this destination: at most once, and
   * without storing it in a log. Returns at once.
   *
   * @throws IllegalArgumentException if the type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; use {@link #publish} for those
   * @throws RefusedException {@code too_large}, as for {@link #publish}
   */
  public void fleeting(M message) {
    MessageType<?> type = Verbs.requireFleeting(protocol.typeOf(message), "publish");
    CompletionStage<?> unused = publish(type, message, null);
  }

  private CompletionStage<List<Committed>> publish(
      MessageType<?> type, M message, @Nullable String name) {
    return endpoint.get().topics().broker().publish(List.of(publication(type, message, name)));
  }

  private Publication publication(MessageType<?> type, Object message, @Nullable String name) {
    EndpointRuntime running = endpoint.get();
    running.sessionSettings().publishing().encrypted().requirePlain(address);
    return new Publication(
        running.topics().log(address),
        type.name(),
        from,
        name,
        running.context().timestamp(),
        running.sizes().sent(message),
        type.fleeting(),
        null,
        running.sessionSettings().publishing().retentions().of(address));
  }

  /**
   * Checks a message that is not a record yet, by the same rules as {@link #publishAsync}.
   *
   * @throws IllegalArgumentException if the type is unknown or fleeting, or the id is not valid
   * @throws dev.switchboard.protocol.InvalidMessageException if the data does not match the type
   * @throws RefusedException {@code too_large}, as for {@link #publish}
   */
  Publication publication(String typeName, byte @Nullable [] data, String messageId) {
    MessageType<?> type = protocol.find(typeName);
    if (type == null) {
      throw new IllegalArgumentException(
          "type: unknown (expected: one of " + protocol.union().getName() + ")");
    }
    Object message = protocol.decode(Verbs.requireAcknowledged(type), data);
    return publication(type, message, Names.requireMessageId(messageId));
  }

  private static long seq(List<Committed> committed) {
    return committed.get(0).position().seq();
  }
}
