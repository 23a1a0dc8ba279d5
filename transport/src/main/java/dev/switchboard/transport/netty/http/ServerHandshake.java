package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.HttpRequest;
import dev.switchboard.transport.Upgrade;
import dev.switchboard.transport.netty.frames.Terms;
import dev.switchboard.transport.netty.frames.WebSocketHandler;
import dev.switchboard.transport.netty.io.LoopState;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * The server's side of the opening handshake (RFC 6455 §4.2.2), for a request that {@link
 * UpgradeRules} let pass and its handler accepted. Stateless.
 */
final class ServerHandshake {
  private ServerHandshake() {}

  /**
   * Answers 101 and turns the channel into a WebSocket, whose listener is created later.
   *
   * @param owner the server
   * @param request the handshake
   * @param before the context of the handler that is replaced; called on its loop
   */
  static WebSocketHandler complete(
      Object owner, HttpRequest request, Upgrade upgrade, ChannelHandlerContext before) {
    Headers asked = request.headers();
    Deflate deflate = upgrade.options().deflate();
    Terms terms =
        new Terms(
            owner,
            false,
            request.secure(),
            request.remoteAddress(),
            upgrade.subprotocol(),
            deflate == null ? null : DeflateNegotiation.accept(Extensions.parse(asked), deflate),
            upgrade.options());
    String key = asked.first("Sec-WebSocket-Key");
    LoopState state = LoopState.of(before.channel().eventLoop());
    String accept = UpgradeRules.accept(state.sha1, key == null ? "" : key);
    ByteBuf response =
        ResponseWriter.switching(before.alloc(), accept, upgrade, terms.extensions());
    return WebSocketHandler.open(terms, before, response);
  }
}
