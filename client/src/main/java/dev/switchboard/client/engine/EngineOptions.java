package dev.switchboard.client.engine;

import dev.switchboard.protocol.client.Settings;
import dev.switchboard.protocol.client.Tokens;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.ClientConnect;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The options of an {@link Engine}, validated by the caller. Immutable.
 *
 * @param greeted whether the server is Switchboard, which sends {@code welcome}
 * @param encodings the encodings of the subprotocols
 * @param settings the session's settings
 * @param attempt what an attempt to connect consists of
 * @param queue the bounds on unanswered messages
 * @param carrier creates the engine's environment
 */
public record EngineOptions(
    boolean greeted,
    Encodings encodings,
    Settings settings,
    Attempt attempt,
    Queue queue,
    Supplier<Carrier> carrier) {

  /** The same with other encodings. */
  public EngineOptions with(Encodings others) {
    return new EngineOptions(greeted, others, settings, attempt, queue, carrier);
  }

  /**
   * What an attempt to connect is. Immutable.
   *
   * @param request the request for the transport
   * @param redirects which redirects to follow
   * @param tokens how the client proves who it is
   * @param token gives it a token; null if it uses none
   */
  public record Attempt(
      ClientConnect request,
      RedirectLimit redirects,
      Tokens tokens,
      @Nullable Callable<? extends CompletionStage<String>> token) {}

  /**
   * Which redirects to follow. Immutable.
   *
   * @param most the maximum number in a row
   * @param unencrypted whether {@code wss://} may lead to {@code ws://}
   * @param elsewhere whether to another host or port, which must not get a token
   */
  public record RedirectLimit(int most, boolean unencrypted, boolean elsewhere) {}

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
