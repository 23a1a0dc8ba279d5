package dev.switchboard.client.engine;

import dev.switchboard.protocol.client.Settings;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.ClientConnect;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The options of an {@link Engine}, validated by the caller. Immutable.
 *
 * @param greeted whether the server is Switchboard, which sends {@code welcome}
 * @param encodings the encodings of the subprotocols
 * @param settings the session's settings
 * @param request the request for the transport, used for each attempt
 * @param redirects which redirects to follow
 * @param queue the bounds on unanswered messages
 * @param carrier creates the engine's environment
 */
public record EngineOptions(
    boolean greeted,
    Encodings encodings,
    Settings settings,
    ClientConnect request,
    RedirectLimit redirects,
    Queue queue,
    Supplier<Carrier> carrier) {

  /** The same with other encodings. */
  public EngineOptions with(Encodings others) {
    return new EngineOptions(greeted, others, settings, request, redirects, queue, carrier);
  }

  /**
   * Which redirects to follow. Immutable.
   *
   * @param most the maximum number in a row
   * @param unencrypted whether {@code wss://} may lead to {@code ws://}
   */
  public record RedirectLimit(int most, boolean unencrypted) {}

  /**
   * The bounds on unanswered messages. Immutable.
   *
   * @param messages the maximum number
   * @param bytes the maximum size
   * @param blocking whether threads wait for room
   * @param outbox the file that keeps publications; null for none
   */
  public record Queue(int messages, long bytes, boolean blocking, @Nullable Path outbox) {

    /**
     * Whether messages are counted at a gate before the session's queue, which then has no bounds.
     */
    public boolean gated() {
      return blocking || outbox != null;
    }
  }
}
