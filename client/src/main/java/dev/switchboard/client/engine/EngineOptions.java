package dev.switchboard.client.engine;

import dev.switchboard.protocol.client.Settings;
import dev.switchboard.protocol.wire.Encodings;
import dev.switchboard.transport.ClientConnect;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Engine} is to do, checked by whoever collected it. Immutable.
 *
 * @param greeted whether the server is to be ours, and to say {@code welcome}
 * @param encodings what the subprotocols stand for
 * @param settings the session's
 * @param request what the transport is asked for at each attempt to connect
 * @param redirects what may become of an attempt
 * @param queue where messages wait
 * @param carrier makes what the engine stands on
 */
public record EngineOptions(
    boolean greeted,
    Encodings encodings,
    Settings settings,
    ClientConnect request,
    RedirectLimit redirects,
    Queue queue,
    Supplier<Carrier> carrier) {

  /**
   * Where an attempt to connect may be sent on to. Immutable.
   *
   * @param most so many in a row
   * @param unencrypted whether {@code wss://} may lead to {@code ws://}
   */
  public record RedirectLimit(int most, boolean unencrypted) {}

  /**
   * How much may wait for an answer. Immutable.
   *
   * @param messages at most
   * @param bytes at most
   * @param blocking whether threads wait for room
   * @param outbox the file that keeps publications; null for none
   */
  public record Queue(int messages, long bytes, boolean blocking, @Nullable Path outbox) {

    /** Whether messages are counted before the session's queue, which then has no bounds. */
    public boolean gated() {
      return blocking || outbox != null;
    }
  }
}
