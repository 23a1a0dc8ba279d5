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
 * Where server code publishes. Immutable and thread-safe.
 *
 * @param <M> the endpoint's messages
 */
public final class Destination<M> {
  private final Protocol<?> protocol;
  private final Supplier<EndpointRuntime> endpoint; // has one when the server has started
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
   * Publishes and waits until the message is committed. For handlers and other threads that may
   * block; never for an event loop.
   *
   * @return its seq
   * @throws IllegalArgumentException if its type is {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; see {@link #fleeting}
   * @throws RefusedException {@code too_large} if it could not be delivered to every reader ({@link
   *     Endpoint#maxPendingBytes}); {@code unavailable} if the log could not be written, then it
   *     may or may not be in it
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
   * Publishes, and completes with the seq when the message is committed.
   *
   * @param messageId names it: published again under the same name, it stays where it is; null if
   *     it has no name
   * @throws RefusedException {@code too_large}, at once, as {@link #publish}
   * @throws IllegalArgumentException if its type is fleeting, or the name is not of 1–64 characters
   *     without control characters and halves of surrogate pairs
   */
  public CompletionStage<Long> publishAsync(M message, @Nullable String messageId) {
    MessageType<?> type = Verbs.requireAcknowledged(protocol.typeOf(message));
    String name = messageId == null ? null : Names.requireMessageId(messageId);
    return publish(type, message, name).thenApply(Destination::seq);
  }

  /**
   * Sends a fleeting message to whoever is there: it is in no log, and may be lost. Does not wait.
   *
   * @throws IllegalArgumentException if its type is not {@link
   *     dev.switchboard.protocol.Fleeting @Fleeting}; see {@link #publish}
   * @throws RefusedException {@code too_large} as {@link #publish}
   */
  public void fleeting(M message) {
    MessageType<?> type = Verbs.requireFleeting(protocol.typeOf(message), "publish");
    CompletionStage<?> unused = publish(type, message, null);
  }

  private CompletionStage<List<Committed>> publish(
      MessageType<?> type, M message, @Nullable String name) {
    EndpointRuntime running = endpoint.get();
    Publication publication =
        new Publication(
            running.topics().log(address),
            type.name(),
            from,
            name,
            running.context().timestamp(),
            running.sizes().sent(message),
            type.fleeting(),
            null,
            running.sessionSettings().publishing().retentions().of(address));
    return running.topics().broker().publish(List.of(publication));
  }

  private static long seq(List<Committed> committed) {
    return committed.get(0).position().seq();
  }
}
