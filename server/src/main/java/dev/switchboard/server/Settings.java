package dev.switchboard.server;

import dev.switchboard.protocol.internal.Answers;
import dev.switchboard.spi.Retention;
import dev.switchboard.transport.Heartbeat;
import java.time.Duration;

/** An endpoint's options, checked. Immutable. */
record Settings(
    int maxMessageBytes,
    int maxPendingBytes,
    int maxRooms,
    Duration sessionTimeout,
    Duration presenceGrace,
    Heartbeat heartbeat,
    Retention retention,
    boolean everyoneMayBroadcast) {

  static final Settings DEFAULT =
      new Settings(
          64 * 1024,
          1024 * 1024,
          100,
          Duration.ofMinutes(2),
          Duration.ofSeconds(5),
          Heartbeat.DEFAULT,
          Retention.DEFAULT,
          false);

  Settings {
    require(
        maxMessageBytes >= 128 && maxMessageBytes <= 64 * 1024 * 1024,
        "maxMessageBytes",
        maxMessageBytes,
        "128 to 67108864");
    require(
        maxPendingBytes >= 2 * maxMessageBytes,
        "maxPendingBytes",
        maxPendingBytes,
        "at least twice maxMessageBytes");
    require(maxRooms >= 1 && maxRooms <= 1_000, "maxRooms", maxRooms, "1 to 1000");
    require(!sessionTimeout.isNegative(), "sessionTimeout", sessionTimeout, "not negative");
    require(!presenceGrace.isNegative(), "presenceGrace", presenceGrace, "not negative");
  }

  private static void require(boolean good, String name, Object value, String rule) {
    if (!good) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
    }
  }

  Answers.Terms terms() {
    return new Answers.Terms(
        heartbeat.interval().toMillis(), heartbeat.timeout().toMillis(), maxMessageBytes, maxRooms);
  }

  Settings maxMessageBytes(int bytes) {
    return new Settings(
        bytes,
        Math.max(maxPendingBytes, 2 * bytes),
        maxRooms,
        sessionTimeout,
        presenceGrace,
        heartbeat,
        retention,
        everyoneMayBroadcast);
  }

  Settings maxPendingBytes(int bytes) {
    return new Settings(
        maxMessageBytes,
        bytes,
        maxRooms,
        sessionTimeout,
        presenceGrace,
        heartbeat,
        retention,
        everyoneMayBroadcast);
  }

  Settings maxRooms(int rooms) {
    return new Settings(
        maxMessageBytes,
        maxPendingBytes,
        rooms,
        sessionTimeout,
        presenceGrace,
        heartbeat,
        retention,
        everyoneMayBroadcast);
  }

  Settings sessionTimeout(Duration timeout) {
    return new Settings(
        maxMessageBytes,
        maxPendingBytes,
        maxRooms,
        timeout,
        presenceGrace,
        heartbeat,
        retention,
        everyoneMayBroadcast);
  }

  Settings presenceGrace(Duration grace) {
    return new Settings(
        maxMessageBytes,
        maxPendingBytes,
        maxRooms,
        sessionTimeout,
        grace,
        heartbeat,
        retention,
        everyoneMayBroadcast);
  }

  Settings heartbeat(Heartbeat beat) {
    return new Settings(
        maxMessageBytes,
        maxPendingBytes,
        maxRooms,
        sessionTimeout,
        presenceGrace,
        beat,
        retention,
        everyoneMayBroadcast);
  }

  Settings retention(Retention kept) {
    return new Settings(
        maxMessageBytes,
        maxPendingBytes,
        maxRooms,
        sessionTimeout,
        presenceGrace,
        heartbeat,
        kept,
        everyoneMayBroadcast);
  }

  Settings everyoneMayBroadcast(boolean may) {
    return new Settings(
        maxMessageBytes,
        maxPendingBytes,
        maxRooms,
        sessionTimeout,
        presenceGrace,
        heartbeat,
        retention,
        may);
  }
}
