/** Endpoints, rooms, presence, delivery and HTTP. */
module dev.switchboard.server {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.protocol;
  requires transitive dev.switchboard.spi;
  requires transitive dev.switchboard.transport;
  requires io.netty.common;
  requires java.naming;
  requires org.slf4j;

  exports dev.switchboard.server;
}
