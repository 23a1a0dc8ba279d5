/** Jakarta constraints and JSON Schema for messages. */
module dev.switchboard.validation {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.protocol;
  requires dev.switchboard.types;
  requires com.networknt.schema;
  requires jakarta.validation;
  requires org.hibernate.validator;
  requires tools.jackson.core;

  exports dev.switchboard.validation;

  provides dev.switchboard.protocol.Constraints with
      dev.switchboard.validation.internal.JakartaConstraints;
}
