package dev.switchboard.peers;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL for all tests of a module, with a schema for each that asks. */
public final class RealPostgres {
  private static final AtomicInteger SCHEMAS = new AtomicInteger();

  private RealPostgres() {}

  private static final class Started {
    // It ends with the JVM, by a hook of its own.
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("max_connections", "100")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The URL of a new and empty schema. */
  public static String url() {
    String schema = "test_" + SCHEMAS.incrementAndGet();
    execute("CREATE SCHEMA " + schema);
    return Started.SERVER.getJdbcUrl("postgres", "postgres") + "&currentSchema=" + schema;
  }

  /** Does something as the database's owner. */
  public static void execute(String sql) {
    try (Connection connection = Started.SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
