package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.redis.RedisCluster.Level;
import dev.switchboard.cluster.redis.RedisFailure.Kind;
import dev.switchboard.history.HistoryException;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Redis must be, and how it must be configured. */
final class Requirements {
  private static final int LEAST_MAJOR = 7;

  private Requirements() {}

  /**
   * Checks everything that a level demands.
   *
   * @throws HistoryException if Redis is not as it must be
   * @throws RedisFailure if it does not answer
   */
  static void check(RedisServer server, Level level, int replicas) {
    try (RedisLink link = new RedisLink(() -> server.connect("switchboard-check"), calls -> {})) {
      String info = link.call(commands -> commands.info());
      String version = field(info, "redis_version");
      if (Integer.parseInt(version.split("\\.", 2)[0]) < LEAST_MAJOR) {
        throw wrong("redis_version", version, "7.0 or newer");
      }
      require(info, "redis_mode", "standalone");
      require(info, "role", "master");
      require(setting(link, "maxmemory-policy"), "maxmemory-policy", "noeviction");
      require(setting(link, "appendonly"), "appendonly", "yes");
      if (level == Level.FLUSHED) {
        require(setting(link, "appendfsync"), "appendfsync", "always");
      }
      int connected = Integer.parseInt(field(info, "connected_slaves"));
      if (connected < replicas) {
        throw wrong("connected_slaves", String.valueOf(connected), replicas + " or more");
      }
    }
  }

  private static void require(String info, String name, String expected) {
    String value = field(info, name);
    if (!value.equals(expected)) {
      throw wrong(name, value, expected);
    }
  }

  private static HistoryException wrong(String name, String value, String expected) {
    return new HistoryException(
        "Redis: " + name + ": " + value + " (expected: " + expected + ")", null);
  }

  private static String field(String info, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":(.*?)\\s*$").matcher(info);
    if (!line.find()) {
      throw new HistoryException("Redis: " + name + ": missing (expected: in INFO)", null);
    }
    return Objects.requireNonNull(line.group(1));
  }

  /** Returns a setting as a line of INFO. */
  private static String setting(RedisLink link, String name) {
    try {
      Map<String, String> found = link.call(commands -> commands.configGet(name));
      return name + ":" + found.getOrDefault(name, "");
    } catch (RedisFailure failure) {
      if (failure.kind() != Kind.REFUSED) {
        throw failure;
      }
      throw new HistoryException(
          "Redis: " + name + " can't be checked: CONFIG GET is refused (expected: allowed)",
          failure);
    }
  }
}
