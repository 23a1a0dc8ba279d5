package dev.switchboard.transport.netty.http;

import dev.switchboard.transport.ClientConnect;
import dev.switchboard.transport.HandshakeException;
import dev.switchboard.transport.ProxyServer;
import dev.switchboard.transport.netty.io.SocketClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a proxy to connect to the server, then makes way for the handshake with the server. A server
 * does not speak first, so none of its bytes are lost here. Confined to its loop.
 */
public final class ProxyHandshake extends ChannelInboundHandlerAdapter {
  private static final int MAX_HEAD = 8 << 10;
  private static final int MAX_NAME = 255;

  private enum Step {
    HTTP,
    SOCKS_METHOD,
    SOCKS_USER,
    SOCKS_REPLY
  }

  private final ProxyServer proxy;
  private final String host;
  private final int port;
  private final Consumer<HandshakeException> failed;
  private final Runnable through;
  private final HeadScanner scanner = new HeadScanner(MAX_HEAD);

  /** What is expected next. */
  private Step step;

  /** Bytes received so far; null before the first. */
  private @Nullable ByteBuf received;

  /**
   * Creates a handshake with {@code proxy} for the server of the request.
   *
   * @param through called once when the proxy has connected
   * @param failed called if it does not; may be called more than once
   */
  public ProxyHandshake(
      ProxyServer proxy,
      ClientConnect request,
      Runnable through,
      Consumer<HandshakeException> failed) {
    this.proxy = proxy;
    this.host = bare(request.uri().getHost());
    this.port = request.port();
    this.through = through;
    this.failed = failed;
    this.step = proxy.kind() == ProxyServer.Kind.HTTP ? Step.HTTP : Step.SOCKS_METHOD;
  }

  /** Returns a host as it is resolved: an IPv6 address without its brackets. */
  public static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (step == Step.HTTP) {
      String target = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
      String login = proxy.user() == null ? "" : proxy.user() + ":" + proxy.password();
      String authorization =
          login.isEmpty()
              ? ""
              : "Proxy-Authorization: Basic "
                  + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8))
                  + "\r\n";
      String head =
          "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + authorization + "\r\n";
      write(ctx, Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
    } else if (proxy.user() == null) {
      write(ctx, Unpooled.wrappedBuffer(new byte[] {5, 1, 0}));
    } else {
      write(ctx, Unpooled.wrappedBuffer(new byte[] {5, 2, 0, 2}));
    }
  }

  private static void write(ChannelHandlerContext ctx, ByteBuf bytes) {
    ChannelFuture unused = ctx.writeAndFlush(bytes);
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
    try {
      switch (step) {
        case HTTP -> http(ctx, all);
        case SOCKS_METHOD -> method(ctx, all);
        case SOCKS_USER -> user(ctx, all);
        case SOCKS_REPLY -> reply(ctx, all);
      }
    } catch (Refusal broken) {
      refused(ctx, String.valueOf(broken.getMessage()));
    }
  }

  private void http(ChannelHandlerContext ctx, ByteBuf all) {
    String text = scanner.take(all);
    if (text != null) {
      int status = ResponseHead.parse(text).status();
      if (status >= 200 && status < 300) {
        done(ctx);
      } else {
        refused(ctx, "status " + status);
      }
    }
  }

  private void method(ChannelHandlerContext ctx, ByteBuf all) {
    if (all.readableBytes() < 2) {
      return;
    }
    int version = all.readUnsignedByte();
    int method = all.readUnsignedByte();
    if (version == 5 && method == 2 && proxy.user() != null) {
      byte[] name = proxy.user().getBytes(StandardCharsets.UTF_8);
      byte[] secret = proxy.password().getBytes(StandardCharsets.UTF_8);
      if (name.length > MAX_NAME || secret.length > MAX_NAME) {
        refused(ctx, "user or password longer than 255 bytes");
        return;
      }
      step = Step.SOCKS_USER;
      ByteBuf login = ctx.alloc().buffer(3 + name.length + secret.length);
      write(
          ctx,
          login
              .writeByte(1)
              .writeByte(name.length)
              .writeBytes(name)
              .writeByte(secret.length)
              .writeBytes(secret));
    } else if (version == 5 && method == 0) {
      askForServer(ctx);
    } else {
      refused(ctx, "no way to say who we are that it takes");
    }
  }

  private void user(ChannelHandlerContext ctx, ByteBuf all) {
    if (all.readableBytes() >= 2) {
      all.skipBytes(1);
      if (all.readByte() == 0) {
        askForServer(ctx);
      } else {
        refused(ctx, "user or password");
      }
    }
  }

  private void askForServer(ChannelHandlerContext ctx) {
    step = Step.SOCKS_REPLY;
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    byte[] name = host.getBytes(StandardCharsets.UTF_8);
    if (address == null && name.length > MAX_NAME) {
      refused(ctx, "a name longer than 255 bytes");
      return;
    }
    ByteBuf ask = ctx.alloc().buffer(7 + name.length + 16).writeByte(5).writeByte(1).writeByte(0);
    if (address == null) {
      ask.writeByte(3).writeByte(name.length).writeBytes(name);
    } else {
      ask.writeByte(address.length == 4 ? 1 : 4).writeBytes(address);
    }
    write(ctx, ask.writeShort(port));
  }

  private void reply(ChannelHandlerContext ctx, ByteBuf all) {
    int start = all.readerIndex();
    if (all.readableBytes() < 5) {
      return;
    }
    int address =
        switch (all.getByte(start + 3)) {
          case 1 -> 4;
          case 4 -> 16;
          default -> 1 + all.getUnsignedByte(start + 4);
        };
    if (all.getByte(start + 1) != 0) {
      refused(ctx, "reply " + all.getUnsignedByte(start + 1));
    } else if (all.readableBytes() >= 4 + address + 2) {
      done(ctx);
    }
  }

  private void done(ChannelHandlerContext ctx) {
    through.run();
    ctx.pipeline().remove(this);
  }

  private void refused(ChannelHandlerContext ctx, String why) {
    failed.accept(
        new HandshakeException(
            HandshakeException.Kind.PROTOCOL, "proxy " + proxy.host() + ": " + why, null));
    SocketClose.now(ctx);
  }

  private void broken(ChannelHandlerContext ctx, @Nullable Throwable cause) {
    failed.accept(
        new HandshakeException(
            HandshakeException.Kind.NETWORK,
            "proxy " + proxy.host() + ": ended the connection",
            cause));
    SocketClose.now(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      broken(ctx, null);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    broken(ctx, null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    broken(ctx, cause);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf left = received;
    received = null;
    if (left != null) {
      left.release();
    }
  }
}
