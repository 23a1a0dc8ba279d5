/** Several servers on one PostgreSQL database. */
module dev.switchboard.cluster.postgres {
  requires static org.checkerframework.checker.qual; // of the driver's annotations
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.history.postgres;
  requires dev.switchboard.cluster;
  requires com.zaxxer.hikari;
  requires org.postgresql.jdbc;
  requires org.slf4j;

  exports dev.switchboard.cluster.postgres;
}
