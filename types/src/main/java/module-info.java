/** TypeScript, AsyncAPI and JSON Schema from a protocol's records. */
module dev.switchboard.types {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.protocol;
  requires com.fasterxml.jackson.annotation;
  requires jakarta.validation;
  requires tools.jackson.core;

  exports dev.switchboard.types;
}
