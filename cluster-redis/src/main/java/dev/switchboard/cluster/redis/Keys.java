package dev.switchboard.cluster.redis;

import dev.switchboard.history.sql.Columns;
import dev.switchboard.spi.LogKey;
import java.nio.charset.StandardCharsets;

/**
 * The names of keys. Those of one log, or of one place, have the same hash tag: the part in braces.
 * Kind, space and name are on lines of their own, as none contains a line break.
 */
final class Keys {
  private static final String PREFIX = "switchboard:";

  static final byte[] STORE = key("store");
  static final byte[] STRETCHES = key("stretches");
  static final byte[] RESTRICTIONS = key("restrictions");
  static final byte[] CODES = key("codes");
  static final byte[] CODE_USERS = key("codes:users");
  static final byte[] LEASES = key("leases");
  static final byte[] PRESENCE_VERSION = key("presence:version");
  static final byte[] HELD = key("held:"); // and the lease
  static final byte[] SEEN = key("seen");
  static final byte[] PLACE_PREFIX = key("place:{"); // and the place, and "}"

  private Keys() {}

  private static byte[] key(String name) {
    return (PREFIX + name).getBytes(StandardCharsets.UTF_8);
  }

  static byte[] log(LogKey log) {
    return key("log:{" + name(log) + '}');
  }

  private static String name(LogKey log) {
    return Columns.kind(log.address()) + '\n' + log.space() + '\n' + Columns.name(log.address());
  }

  /** Returns the key of a place with this name, with which those of its parts begin. */
  static byte[] place(byte[] name) {
    return key("place:{" + new String(name, StandardCharsets.UTF_8) + '}');
  }

  /** Returns the key of the leases that have each user of a place. */
  static byte[] leases(byte[] name) {
    return key("place:{" + new String(name, StandardCharsets.UTF_8) + "}:leases");
  }

  /**
   * Returns a channel's name. Channels belong to all databases, so it has the database's number.
   */
  static String channel(int database, String name) {
    return PREFIX + database + ":" + name;
  }
}
