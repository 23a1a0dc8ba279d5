/** A history store in PostgreSQL. */
module dev.switchboard.history.postgres {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.history;
  requires com.zaxxer.hikari;
  requires org.postgresql.jdbc;
  requires org.slf4j;

  exports dev.switchboard.history.postgres;
}
