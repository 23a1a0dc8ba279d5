/** What clusters on any engine share. */
module dev.switchboard.cluster {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.history;
  requires org.slf4j;
  requires tools.jackson.databind;

  exports dev.switchboard.cluster to
      dev.switchboard.cluster.postgres,
      dev.switchboard.cluster.redis;
}
