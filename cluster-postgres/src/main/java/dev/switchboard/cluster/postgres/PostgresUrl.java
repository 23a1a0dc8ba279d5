package dev.switchboard.cluster.postgres;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A URL for the driver, and the user and password that it can't contain. Immutable.
 *
 * @param jdbc {@code jdbc:postgresql://…}, or whatever was given if that is no URL of PostgreSQL
 * @param user null if the URL names none before the host
 * @param password null if the URL has none before the host
 */
record PostgresUrl(String jdbc, @Nullable String user, @Nullable String password) {
  private static final String SCHEME = "postgresql://";

  /** Reads a URL of the driver, or {@code postgresql://user:password@host:port/database?…}. */
  static PostgresUrl of(String url) {
    if (!url.startsWith(SCHEME)) {
      return new PostgresUrl(url, null, null);
    }
    String rest = url.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    int at = rest.lastIndexOf('@', slash < 0 ? rest.length() : slash);
    String jdbc = "jdbc:" + SCHEME + rest.substring(at + 1);
    if (at < 0) {
      return new PostgresUrl(jdbc, null, null);
    }
    String[] credentials = rest.substring(0, at).split(":", 2);
    return new PostgresUrl(
        jdbc, decoded(credentials[0]), credentials.length == 1 ? null : decoded(credentials[1]));
  }

  /** Returns a URL whose connections the database shows under that name. */
  PostgresUrl named(String application) {
    String separator = jdbc.contains("?") ? "&" : "?";
    return new PostgresUrl(jdbc + separator + "ApplicationName=" + application, user, password);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
