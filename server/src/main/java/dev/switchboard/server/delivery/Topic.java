package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one log on this server. An entry is encoded once per encoding, and handed to each
 * event loop that has readers as a single task, however many readers there are. Thread-safe; the
 * readers themselves are confined to their loops.
 *
 * <p>A group is added under the same lock that entries pass through, so its starting position is
 * exact: every entry up to it was seen before, and every later one reaches the group.
 */
public final class Topic implements Broker.Subscriber {
  private final LogKey log;
  private final FleetingPolicies policies;
  private final Meter meter;
  private final TopicSubscription subscription;
  private final List<ReaderGroup> groups = new ArrayList<>(1); // guarded by this
  private String epoch = ""; // the log's epoch, empty until it is known; guarded by this
  private long last; // the last seq heard of; guarded by this
  private int users; // how many uses are open; guarded by the map of topics

  Topic(LogKey log, FleetingPolicies policies, Meter meter, Topics topics) {
    this.log = log;
    this.policies = policies;
    this.meter = meter;
    this.subscription = new TopicSubscription(topics, this);
  }

  LogKey log() {
    return log;
  }

  /**
   * Completes when entries flow. Fails if the broker has not answered for some seconds; the next
   * call then asks the broker again. Only for callers that use the topic.
   */
  CompletionStage<?> opened() {
    return subscription.opened();
  }

  /**
   * Called when the broker has begun to deliver the entries after {@code head}; some may have
   * arrived already.
   */
  synchronized void begin(Position head) {
    if (epoch.isEmpty()) {
      epoch = head.epoch();
    }
    if (epoch.equals(head.epoch())) {
      last = Math.max(last, head.seq());
    }
  }

  int use(int more) {
    users += more;
    return users;
  }

  /** Returns the group of an event loop, creating it if needed. Only after {@link #opened()}. */
  synchronized ReaderGroup group(EventLoop loop) {
    for (ReaderGroup group : groups) {
      if (group.loop().equals(loop)) {
        return group;
      }
    }
    ReaderGroup group = new ReaderGroup(loop, new Position(epoch, last), meter);
    groups.add(group);
    return group;
  }

  @Override
  public synchronized void entry(Entry entry, @Nullable String without) {
    last = Math.max(last, entry.seq());
    if (!groups.isEmpty()) {
      offer(Broadcast.entry(entry, without, policies, groups.size()));
    }
  }

  /** Called when entries up to {@code head} must be read from the log. */
  @Override
  public synchronized void moved(Position head) {
    if (epoch.equals(head.epoch())) {
      last = Math.max(last, head.seq());
      groups.forEach(group -> group.moved(head.seq()));
    } else {
      anew(head);
    }
  }

  /**
   * Restarts the readers if the log is not the one they follow: it was lost and started anew, or is
   * an older copy.
   */
  synchronized void anew(Position head) {
    if (!epoch.equals(head.epoch()) || head.seq() < last) {
      epoch = head.epoch();
      last = head.seq();
      groups.forEach(group -> group.anew(head));
    }
  }

  /** Sends all readers a notice that is in no log, except the user it is about. */
  public synchronized void notice(Draft notice, @Nullable String aboutUser) {
    if (!groups.isEmpty()) {
      Object key =
          aboutUser == null ? null : new FleetingPolicies.Key(log.address(), "", aboutUser);
      offer(Broadcast.notice(notice, key, aboutUser, groups.size()));
    }
  }

  private void offer(Broadcast broadcast) {
    for (ReaderGroup group : groups) {
      group.offer(broadcast);
    }
  }
}
