/** What history stores share. */
module dev.switchboard.history {
  requires static transitive org.jspecify;
  requires transitive java.sql;
  requires transitive dev.switchboard.spi;

  exports dev.switchboard.history;
  exports dev.switchboard.history.sql to
      dev.switchboard.cluster,
      dev.switchboard.cluster.postgres,
      dev.switchboard.cluster.redis,
      dev.switchboard.history.postgres,
      dev.switchboard.history.sqlite;
}
