package dev.switchboard.server;

import dev.switchboard.protocol.internal.Answers;
import dev.switchboard.transport.Batching;
import dev.switchboard.transport.Deflate;
import dev.switchboard.transport.Heartbeat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's options with their defaults. Filled while the endpoint is defined, only read after
 * the server has started.
 */
final class Settings {
  private final Retentions retentions = new Retentions();
  private int maxMessageBytes = 64 << 10;
  private int maxPendingBytes = 1 << 20;
  private int maxRooms = 100;
  private int maxConnectionsPerUser = 100;
  private int maxConnectionsPerAddress = 100_000;
  private Duration sessionTimeout = Duration.ofMinutes(2);
  private Duration presenceGrace = Duration.ofSeconds(5);
  private Heartbeat heartbeat = Heartbeat.DEFAULT;
  private Allowance.@Nullable Rate rate;
  private @Nullable Deflate deflate;
  private @Nullable Batching batching;
  private boolean everyoneMayBroadcast;

  static int within(String name, int value, int least, int most) {
    require(value >= least && value <= most, name, value, least + " to " + most);
    return value;
  }

  private static Duration notNegative(String name, Duration value) {
    require(!value.isNegative(), name, value, "not negative");
    return value;
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

  int maxMessageBytes() {
    return maxMessageBytes;
  }

  void maxMessageBytes(int bytes) {
    maxMessageBytes = within("maxMessageBytes", bytes, 128, 64 << 20);
    maxPendingBytes = Math.max(maxPendingBytes, 2 * bytes);
  }

  int maxPendingBytes() {
    return maxPendingBytes;
  }

  void maxPendingBytes(int bytes) {
    require(
        bytes >= 2 * maxMessageBytes,
        "maxPendingBytes",
        bytes,
        "at least twice maxMessageBytes, " + 2 * maxMessageBytes);
    maxPendingBytes = bytes;
  }

  int maxRooms() {
    return maxRooms;
  }

  void maxRooms(int rooms) {
    maxRooms = within("maxRooms", rooms, 1, 1_000);
  }

  int maxConnectionsPerUser() {
    return maxConnectionsPerUser;
  }

  void maxConnectionsPerUser(int connections) {
    maxConnectionsPerUser = within("maxConnectionsPerUser", connections, 1, Integer.MAX_VALUE);
  }

  int maxConnectionsPerAddress() {
    return maxConnectionsPerAddress;
  }

  void maxConnectionsPerAddress(int connections) {
    maxConnectionsPerAddress =
        within("maxConnectionsPerAddress", connections, 1, Integer.MAX_VALUE);
  }

  Duration sessionTimeout() {
    return sessionTimeout;
  }

  void sessionTimeout(Duration timeout) {
    sessionTimeout = notNegative("sessionTimeout", timeout);
  }

  Duration presenceGrace() {
    return presenceGrace;
  }

  void presenceGrace(Duration grace) {
    presenceGrace = notNegative("presenceGrace", grace);
  }

  Heartbeat heartbeat() {
    return heartbeat;
  }

  void heartbeat(Heartbeat beat) {
    heartbeat = beat;
  }

  @Nullable Deflate deflate() {
    return deflate;
  }

  void deflate(Deflate how) {
    deflate = how;
  }

  @Nullable Batching batching() {
    return batching;
  }

  void batching(Batching how) {
    batching = how;
  }

  Retentions retentions() {
    return retentions;
  }

  Allowance.@Nullable Rate rate() {
    return rate;
  }

  void rate(Allowance.Rate newRate) {
    rate = newRate;
  }

  boolean everyoneMayBroadcast() {
    return everyoneMayBroadcast;
  }

  void everyoneMayBroadcast(boolean may) {
    everyoneMayBroadcast = may;
  }
}
