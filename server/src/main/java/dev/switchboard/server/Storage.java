package dev.switchboard.server;

import dev.switchboard.server.broker.CommitQueue;
import dev.switchboard.server.broker.StoreBroker;
import dev.switchboard.server.identity.Restrictions;
import dev.switchboard.server.limits.Time;
import dev.switchboard.server.presence.MemoryPresence;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Bus;
import dev.switchboard.spi.Cluster;
import dev.switchboard.spi.HistoryStore;
import dev.switchboard.spi.PresenceStore;
import dev.switchboard.spi.RestrictionStore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a server keeps what it keeps, as its builder was told. Each thing comes from one place: a
 * store of its own, the cluster, or memory. Not thread-safe.
 */
final class Storage {
  // The options; each is null until it is set.
  private @Nullable HistoryStore history;
  private @Nullable Broker broker;
  private @Nullable Cluster cluster;
  private @Nullable PresenceStore presence;
  private @Nullable RestrictionStore restrictions;
  private @Nullable Long maxWaitingBytes;

  void history(HistoryStore store) {
    history = store;
    requireOne();
  }

  void broker(Broker own) {
    broker = own;
    requireOne();
  }

  void cluster(Cluster shared) {
    cluster = shared;
    requireOne();
  }

  void presence(PresenceStore store) {
    presence = store;
    requireOne();
  }

  void restrictions(RestrictionStore store) {
    restrictions = store;
    requireOne();
  }

  void maxWaitingBytes(long bytes) {
    maxWaitingBytes = bytes;
  }

  private void requireOne() {
    if (Stream.of(history, broker, cluster).filter(given -> given != null).count() > 1) {
      throw new IllegalStateException(
          "history, broker, cluster: two given (expected: one of them, as each has the logs)");
    }
    if (cluster != null) {
      requireOne("presence", presence, cluster.presence());
      requireOne("restrictions", restrictions, cluster.restrictions());
    }
  }

  private static void requireOne(String name, @Nullable Object own, @Nullable Object shared) {
    if (own != null && shared != null) {
      throw new IllegalStateException(
          name + ": given (expected: not given, as the cluster has it)");
    }
  }

  /**
   * Returns the broker, which closes what it uses.
   *
   * @throws IllegalStateException if there is a limit for the broker of somebody else
   */
  Broker openBroker(Time time) {
    if (broker != null) {
      if (maxWaitingBytes != null) {
        throw new IllegalStateException(
            "maxWaitingBytes: " + maxWaitingBytes + " (expected: not given, as broker is)");
      }
      return broker;
    }
    long bytes = maxWaitingBytes == null ? CommitQueue.DEFAULT_MAX_BYTES : maxWaitingBytes;
    return new StoreBroker(openHistory(time), bus(), bytes, time.elapsed());
  }

  private HistoryStore openHistory(Time time) {
    if (cluster != null) {
      return cluster.history();
    }
    return history != null ? history : new MemoryHistory(time.clock());
  }

  /**
   * Loads the restrictions in force.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code unavailable} if they can't be read
   */
  Restrictions openRestrictions(Time time) {
    RestrictionStore shared = cluster == null ? null : cluster.restrictions();
    return new Restrictions(shared == null ? restrictions : shared, time.clock());
  }

  PresenceStore openPresence() {
    PresenceStore shared = cluster == null ? null : cluster.presence();
    PresenceStore given = shared == null ? presence : shared;
    return given != null ? given : new MemoryPresence();
  }

  /** Returns what connects this server to others; null if it is alone. */
  @Nullable Bus bus() {
    return cluster == null ? null : cluster.bus();
  }

  /** Returns what this server shares with others; null if it is alone. */
  @Nullable Cluster cluster() {
    return cluster;
  }
}
