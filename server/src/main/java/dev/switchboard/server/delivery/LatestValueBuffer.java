package dev.switchboard.server.delivery;

import dev.switchboard.spi.ServerMetrics.SlowReader;
import dev.switchboard.transport.Prepared;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a slow connection still has to receive and is in no log: the latest message of each
 * key, in the order of arrival. The frames are shared with all connections that wait for them.
 * Confined to the connection's loop.
 */
final class LatestValueBuffer {
  private static final int MAX_KEYS = 1_000;

  private final Map<Object, Waiting> newest = new LinkedHashMap<>(4);
  private final Feed feed;

  /** The total size of the messages that wait. Confined to the loop. */
  private int bytes;

  private record Waiting(@Nullable Topic topic, Prepared message) {}

  LatestValueBuffer(Feed feed) {
    this.feed = feed;
  }

  private void count(SlowReader what) {
    feed.topics().meter().slow(what);
  }

  /**
   * Sends a broadcast if the connection takes it; otherwise applies its policy.
   *
   * @param topic the topic whose reader gets it; null if it is for the connection
   */
  void offer(@Nullable Topic topic, Broadcast broadcast) {
    if (feed.out().closed()) {
      return;
    }
    boolean takes = feed.out().takesMore();
    boolean keeps = broadcast.policy() == FleetingPolicies.Policy.NEWEST;
    if (takes && (newest.isEmpty() || !keeps)) { // a pending message must not follow a newer one
      feed.deliver(broadcast);
    } else if (keeps) {
      hold(topic, broadcast);
    } else if (broadcast.policy() == FleetingPolicies.Policy.CLOSE) {
      feed.receiver().tooSlow("messages would be missed");
    } else {
      count(SlowReader.DROPPED);
    }
  }

  private void hold(@Nullable Topic topic, Broadcast broadcast) {
    Prepared message = broadcast.prepared(feed.out().encoding());
    Waiting former = newest.remove(broadcast.key());
    if (former != null) {
      release(former);
    }
    newest.put(broadcast.key(), new Waiting(topic, message.retain()));
    bytes += message.payloadBytes();
    count(former == null ? SlowReader.HELD : SlowReader.REPLACED);
    int most = feed.out().maxPendingBytes() / 8;
    while (bytes > most || newest.size() > MAX_KEYS) {
      Waiting gone = removeFirst();
      release(gone);
      if (gone.topic == null) { // nobody would send it again on this connection
        feed.receiver().tooSlow("the status of a user would be missed");
      } else {
        count(SlowReader.DROPPED);
      }
    }
  }

  private Waiting removeFirst() {
    Iterator<Waiting> all = newest.values().iterator();
    Waiting first = all.next();
    all.remove();
    return first;
  }

  /** Called when the connection takes more. Sends what has waited longest first. */
  void writable() {
    while (!newest.isEmpty() && feed.out().takesMore()) {
      Waiting first = removeFirst();
      feed.topics().meter().delivered();
      feed.out().send(first.message);
      release(first);
    }
  }

  /** Discards what waits from a log that the connection no longer reads. */
  void forget(Topic topic) {
    newest
        .values()
        .removeIf(waiting -> {
          if (waiting.topic == topic) {
            release(waiting);
            return true;
          }
          return false;
        });
  }

  /**
   * Discards the pending message with this key, because the connection gets something newer now.
   */
  void outdated(Object key) {
    Waiting old = newest.remove(key);
    if (old != null) {
      release(old);
    }
  }

  void clear() {
    newest.values().forEach(this::release);
    newest.clear();
  }

  private void release(Waiting waiting) {
    bytes -= waiting.message.payloadBytes();
    waiting.message.release();
  }
}
