/** The parts that a deployment can replace. */
module dev.switchboard.spi {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.protocol;

  exports dev.switchboard.spi;
}
