/** WebSocket and HTTP over Netty, for clients and servers. */
module dev.switchboard.transport {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.protocol;
  requires transitive io.netty.buffer;
  requires transitive io.netty.handler;
  requires transitive io.netty.transport;
  requires io.netty.codec;
  requires io.netty.common;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.classes.io_uring;
  requires io.netty.transport.unix.common;
  requires org.slf4j;

  exports dev.switchboard.transport;
  exports dev.switchboard.transport.netty to
      dev.switchboard.client,
      dev.switchboard.server,
      dev.switchboard.testkit;
}
