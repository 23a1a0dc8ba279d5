/** Message types and other definitions for users, and the state machines of both sides. */
module dev.switchboard.protocol {
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.annotation;
  requires tools.jackson.core;
  requires transitive tools.jackson.databind;
  requires tools.jackson.dataformat.cbor;

  exports dev.switchboard.protocol;
  exports dev.switchboard.protocol.format to
      dev.switchboard.client,
      dev.switchboard.testkit,
      dev.switchboard.types,
      dev.switchboard.validation;
  exports dev.switchboard.protocol.wire to
      dev.switchboard.client,
      dev.switchboard.server,
      dev.switchboard.testkit,
      dev.switchboard.transport;
  exports dev.switchboard.protocol.client to
      dev.switchboard.client;
  exports dev.switchboard.protocol.server to
      dev.switchboard.server;

  uses dev.switchboard.protocol.Constraints;
}
