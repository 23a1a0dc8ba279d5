/** A history store in a SQLite file. */
module dev.switchboard.history.sqlite {
  requires static transitive org.jspecify;
  requires transitive dev.switchboard.history;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;

  exports dev.switchboard.history.sqlite;
}
