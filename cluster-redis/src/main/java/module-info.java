/** Several servers on one Redis or Valkey. */
module dev.switchboard.cluster.redis {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.history;
  requires dev.switchboard.cluster;
  requires lettuce.core;
  requires org.slf4j;

  exports dev.switchboard.cluster.redis;
}
