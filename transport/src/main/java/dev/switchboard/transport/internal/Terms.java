package dev.switchboard.transport.internal;

import dev.switchboard.protocol.internal.Heartbeat;
import dev.switchboard.transport.WebSocketOptions;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What was agreed on in the handshake, and what does not change afterwards. Immutable. */
record Terms(
    Object owner,
    boolean client,
    boolean secure,
    InetSocketAddress remoteAddress,
    @Nullable String subprotocol,
    @Nullable DeflateTerms deflate,
    WebSocketOptions options,
    @Nullable Heartbeat heartbeat) {

  static Terms of(
      Object owner,
      boolean client,
      boolean secure,
      InetSocketAddress remoteAddress,
      @Nullable String subprotocol,
      @Nullable DeflateTerms deflate,
      WebSocketOptions options) {
    var beat = options.heartbeat();
    Heartbeat heartbeat =
        beat == null ? null : new Heartbeat(beat.interval().toMillis(), beat.timeout().toMillis());
    return new Terms(
        owner, client, secure, remoteAddress, subprotocol, deflate, options, heartbeat);
  }

  /** The extensions agreed on, as the server's answer names them. */
  String extensions() {
    return deflate == null ? "" : deflate.text();
  }
}
