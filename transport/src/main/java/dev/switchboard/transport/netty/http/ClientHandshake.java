package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.Headers;
import dev.switchboard.transport.WebSocket;
import dev.switchboard.transport.WebSocketListener;
import dev.switchboard.transport.netty.frames.DeflateTerms;
import dev.switchboard.transport.netty.frames.Terms;
import dev.switchboard.transport.netty.frames.WebSocketHandler;
import dev.switchboard.transport.netty.io.LoopState;
import dev.switchboard.transport.netty.io.SocketClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The client's side of the opening handshake (RFC 6455 §4.1). Confined to its loop. */
public final class ClientHandshake extends ChannelInboundHandlerAdapter {
  private static final int MAX_HEAD = 16 << 10;
  private static final int MAX_BODY = 4 << 10;

  /** First byte of a TLS server's answer to a plain-text request (RFC 8446 §5.1). */
  private static final int TLS_ALERT = 21;

  private final ClientConnect request;
  private final Function<WebSocket, WebSocketListener> listeners;
  private final CompletableFuture<WebSocket> result;
  private final String key = newKey();
  private final HeadScanner scanner = new HeadScanner(MAX_HEAD);

  /** Whether the request was sent, without TLS. */
  private boolean asked;

  /** Bytes received so far; null before the first and after the upgrade. */
  private @Nullable ByteBuf received;

  /** The head of a response other than 101, while its body is read. */
  private @Nullable ResponseHead refused;

  /**
   * Creates the handshake of one connection.
   *
   * @param listeners called once, when the handshake has succeeded
   * @param result completed before any frame is delivered, or failed
   */
  public ClientHandshake(
      ClientConnect request,
      Function<WebSocket, WebSocketListener> listeners,
      CompletableFuture<WebSocket> result) {
    this.request = request;
    this.listeners = listeners;
    this.result = result;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      channelActive(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (!request.secure() && !asked) {
      asked = true;
      ask(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent tls) {
      if (tls.isSuccess()) {
        ask(ctx);
      } else {
        fail(
            ctx,
            new HandshakeException(
                HandshakeException.Kind.TLS,
                Trouble.tls(request.uri().getHost(), tls.cause()),
                tls.cause()));
      }
    } else if (event == ChannelInputShutdownEvent.INSTANCE) {
      ended(ctx);
    }
  }

  private void ask(ChannelHandlerContext ctx) {
    StringBuilder head = new StringBuilder(512);
    String path = request.uri().getRawPath();
    String query = request.uri().getRawQuery();
    head.append("GET ")
        .append(path == null || path.isEmpty() ? "/" : path)
        .append(query == null ? "" : "?" + query)
        .append(" HTTP/1.1\r\nHost: ")
        .append(host());
    head.append(
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
        .append(key)
        .append("\r\n");
    if (!request.subprotocols().isEmpty()) {
      head.append("Sec-WebSocket-Protocol: ")
          .append(String.join(", ", request.subprotocols()))
          .append("\r\n");
    }
    if (request.options().deflate() != null) {
      head.append("Sec-WebSocket-Extensions: ")
          .append(DeflateNegotiation.offer(request.options().deflate()))
          .append("\r\n");
    }
    for (var field : request.headers()) {
      head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    }
    head.append("\r\n");
    ByteBuf out = ctx.alloc().directBuffer(head.length());
    out.writeCharSequence(head, StandardCharsets.ISO_8859_1);
    ChannelFuture unused = ctx.writeAndFlush(out);
  }

  private String host() {
    boolean standard = request.port() == (request.secure() ? 443 : 80);
    return standard ? request.uri().getHost() : request.uri().getHost() + ":" + request.port();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    ByteBuf all = received == null ? ctx.alloc().directBuffer(in.readableBytes()) : received;
    received = all;
    try {
      all.writeBytes(in);
    } finally {
      in.release();
    }
    if (result.isDone()) {
      return;
    }
    try {
      answer(ctx, all);
    } catch (Refusal broken) {
      fail(
          ctx,
          new HandshakeException(
              HandshakeException.Kind.PROTOCOL, "handshake: " + broken.getMessage(), null));
    }
  }

  private void answer(ChannelHandlerContext ctx, ByteBuf all) {
    if (scanner.untouched() && all.isReadable() && all.getByte(all.readerIndex()) == TLS_ALERT) {
      throw new Refusal(400, "the server speaks TLS at this port (expected: wss://)");
    }
    while (refused == null) {
      String text = scanner.take(all);
      if (text == null) {
        return;
      }
      ResponseHead head = ResponseHead.parse(text);
      if (head.status() == 101) {
        switched(ctx, head.headers(), all);
        return;
      }
      if (head.status() >= 200) {
        refused = head;
      }
    }
    String length = refused.headers().first("Content-Length");
    boolean whole = length != null && length.equals(Integer.toString(all.readableBytes()));
    boolean elsewhere = refused.headers().contains("Location"); // the body is for people
    if (whole || elsewhere || all.readableBytes() >= MAX_BODY) {
      refusal(ctx, refused);
    }
  }

  private void refusal(ChannelHandlerContext ctx, ResponseHead head) {
    ByteBuf all = received == null ? Unpooled.EMPTY_BUFFER : received;
    int length = Math.min(MAX_BODY, all.readableBytes());
    String body = all.toString(all.readerIndex(), length, StandardCharsets.UTF_8);
    String why = head.status() >= 300 && head.status() < 400 ? " (redirects are not followed)" : "";
    String message =
        "handshake with "
            + request.uri().getHost()
            + ": status "
            + head.status()
            + why
            + (body.isBlank() ? "" : ": " + body.strip());
    fail(
        ctx,
        new HandshakeException(
            HandshakeException.Kind.STATUS, message, head.status(), head.headers(), body, null));
  }

  private void switched(ChannelHandlerContext ctx, Headers headers, ByteBuf all) {
    MessageDigest sha1 = LoopState.of(ctx.channel().eventLoop()).sha1;
    check(headers.hasToken("Upgrade", "websocket"), "Upgrade: not websocket");
    check(headers.hasToken("Connection", "Upgrade"), "Connection: not Upgrade");
    List<String> accepts = headers.all("Sec-WebSocket-Accept");
    check(
        accepts.size() == 1 && accepts.get(0).equals(UpgradeRules.accept(sha1, key)),
        "Sec-WebSocket-Accept: not the answer to our key");
    List<String> chosen = headers.all("Sec-WebSocket-Protocol");
    check(
        chosen.isEmpty() || (chosen.size() == 1 && request.subprotocols().contains(chosen.get(0))),
        "Sec-WebSocket-Protocol: not one we offered");
    DeflateTerms deflate =
        DeflateNegotiation.confirm(Extensions.parse(headers), request.options().deflate());
    String subprotocol = chosen.isEmpty() ? null : chosen.get(0);
    var address = (InetSocketAddress) ctx.channel().remoteAddress();
    Terms terms =
        new Terms(
            request, true, request.secure(), address, subprotocol, deflate, request.options());
    received = null;
    WebSocketHandler connection = WebSocketHandler.open(terms, ctx, Unpooled.EMPTY_BUFFER);
    try {
      connection.start(listeners, all, () -> result.complete(connection.webSocket()));
    } finally {
      all.release();
    }
  }

  private static void check(boolean holds, String broken) {
    if (!holds) {
      throw new Refusal(400, broken);
    }
  }

  private void ended(ChannelHandlerContext ctx) {
    ResponseHead head = refused;
    if (head != null) {
      refusal(ctx, head);
    } else {
      fail(
          ctx,
          new HandshakeException(
              HandshakeException.Kind.NETWORK, "handshake: the server ended the connection", null));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended(ctx);
    if (received != null) {
      received.release();
      received = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean tls =
        cause instanceof javax.net.ssl.SSLException
            || cause.getCause() instanceof javax.net.ssl.SSLException;
    var kind = tls ? HandshakeException.Kind.TLS : HandshakeException.Kind.NETWORK;
    String what =
        tls
            ? Trouble.tls(
                request.uri().getHost(),
                cause instanceof DecoderException wrapped ? wrapped.getCause() : cause)
            : "handshake: " + Trouble.plain(cause);
    fail(ctx, new HandshakeException(kind, what, cause));
  }

  private void fail(ChannelHandlerContext ctx, HandshakeException why) {
    result.completeExceptionally(why);
    SocketClose.now(ctx);
  }

  private static String newKey() {
    byte[] bytes = new byte[16];
    // A nonce against caches and confused servers, not a secret (RFC 6455 §10.3).
    ThreadLocalRandom.current().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
