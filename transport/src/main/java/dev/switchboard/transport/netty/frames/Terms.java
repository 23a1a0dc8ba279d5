package dev.switchboard.transport.netty.frames;

import dev.switchboard.protocol.wire.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What was agreed on in the handshake, and what does not change afterwards. Immutable. */
public record Terms(
    Object owner,
    boolean client,
    boolean secure,
    InetSocketAddress remoteAddress,
    @Nullable String subprotocol,
    @Nullable DeflateTerms deflate,
    WebSocketOptions options) {

  /** When to ping; made anew, as it would cost every connection more to keep one. */
  @Nullable Heartbeat heartbeat() {
    var beat = options.heartbeat();
    return beat == null
        ? null
        : new Heartbeat(beat.interval().toMillis(), beat.timeout().toMillis());
  }

  /** The extensions agreed on, as the server's answer names them. */
  public String extensions() {
    return deflate == null ? "" : deflate.text();
  }
}
