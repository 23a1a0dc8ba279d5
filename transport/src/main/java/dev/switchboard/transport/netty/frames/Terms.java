package dev.switchboard.transport.netty.frames;

import dev.switchboard.protocol.wire.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What the handshake negotiated and other facts that do not change afterwards. Immutable. */
public record Terms(
    Object owner,
    boolean client,
    boolean secure,
    InetSocketAddress remoteAddress,
    @Nullable String subprotocol,
    @Nullable DeflateTerms deflate,
    WebSocketOptions options) {

  /**
   * Returns the heartbeat; created on demand, because keeping one per connection would cost more.
   */
  @Nullable Heartbeat heartbeat() {
    var beat = options.heartbeat();
    return beat == null
        ? null
        : new Heartbeat(beat.interval().toMillis(), beat.timeout().toMillis());
  }

  /** Returns the negotiated extensions, as worded in the server's response. */
  public String extensions() {
    return deflate == null ? "" : deflate.text();
  }
}
