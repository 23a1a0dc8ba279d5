/** Encrypts messages end to end, so that servers relay what they can't read. */
module dev.switchboard.encryption {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.protocol;
  requires tools.jackson.core;

  exports dev.switchboard.encryption;
}
