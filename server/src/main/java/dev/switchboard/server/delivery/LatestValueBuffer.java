package dev.switchboard.server.delivery;

import dev.switchboard.spi.ServerMetrics.SlowReader;
import dev.switchboard.transport.Prepared;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in no log and waits for a connection that is slow: the newest message of each key, in the
 * order they came. The frames are shared with all others who wait for them. Confined to the
 * connection's loop.
 */
final class LatestValueBuffer {
  private static final int MAX_KEYS = 1_000;

  private final Map<Object, Waiting> newest = new LinkedHashMap<>(4);
  private final Feed feed;
  private int bytes;

  private record Waiting(@Nullable Topic topic, Prepared message) {}

  LatestValueBuffer(Feed feed) {
    this.feed = feed;
  }

  private void count(SlowReader what) {
    feed.topics().meter().slow(what);
  }

  /**
   * Sent if the connection takes it, else whatever its policy says.
   *
   * @param topic whose reader it is for; null if it is for the connection
   */
  void offer(@Nullable Topic topic, Broadcast broadcast) {
    if (feed.out().closed()) {
      return;
    }
    boolean takes = feed.out().takesMore();
    boolean keeps = broadcast.policy() == FleetingPolicies.Policy.NEWEST;
    if (takes && (newest.isEmpty() || !keeps)) { // what waits must not come after what is newer
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
      if (gone.topic == null) { // nobody would tell it again on this connection
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

  /** The connection takes more: what has waited longest goes first. */
  void writable() {
    while (!newest.isEmpty() && feed.out().takesMore()) {
      Waiting first = removeFirst();
      feed.topics().meter().delivered();
      feed.out().send(first.message);
      release(first);
    }
  }

  /** The connection no longer reads that log. */
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

  /** What waits with that key is out of date: the connection is told something newer now. */
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
