/** The typed client. */
module dev.switchboard.client {
  requires static transitive org.jspecify;
  requires static micrometer.core;
  requires transitive dev.switchboard.protocol;
  requires transitive dev.switchboard.transport;
  requires io.netty.common;
  requires java.net.http;
  requires org.slf4j;
  requires tools.jackson.core;

  exports dev.switchboard.client;
  exports dev.switchboard.client.engine to
      dev.switchboard.testkit;
}
