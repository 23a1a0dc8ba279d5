/** For testing programs that use Switchboard. */
module dev.switchboard.testkit {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.client;
  requires transitive dev.switchboard.server;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires tools.jackson.core;

  exports dev.switchboard.spi.contract;
  exports dev.switchboard.testkit;
}
