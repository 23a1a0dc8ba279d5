package dev.switchboard.server.delivery;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.server.limits.Meter;
import dev.switchboard.server.limits.SessionSettings;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The topics of one endpoint, and what those who read them share. Thread-safe; time is an argument.
 *
 * <p>A topic exists as long as somebody uses it. It is made and given up inside the map's own lock
 * for its key, together with its subscription at the broker, so that a subscription is never ended
 * for a topic that is in use.
 */
public final class Topics {
  private static final long SHARED_FRAMES = 8L << 20;

  private final String space;
  private final Broker broker;
  private final Sizes sizes;
  private final FleetingPolicies policies;
  private final Meter meter;
  private final int maxRooms;
  private final AtomicInteger rooms = new AtomicInteger();
  private final Map<Address, Topic> topics = new ConcurrentHashMap<>();
  private final CatchUp catchUp;
  private final SharedFrames frames = new SharedFrames(SHARED_FRAMES);

  private final PriorityQueue<Due> due = new PriorityQueue<>(); // guarded by itself
  private long ticked; // guarded by due: how often time has passed

  private record Due(long tick, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return Long.compare(tick, other.tick);
    }
  }

  /**
   * No topics yet.
   *
   * @param space the endpoint's name at the broker
   * @param policies what becomes of fleeting messages for slow readers
   */
  public Topics(
      String space,
      Broker broker,
      Sizes sizes,
      FleetingPolicies policies,
      SessionSettings settings,
      Meter meter) {
    this.space = space;
    this.broker = broker;
    this.sizes = sizes;
    this.policies = policies;
    this.meter = meter;
    this.maxRooms = settings.sessions().maxRoomsInAll();
    this.catchUp = new CatchUp(settings.publishing().maxCatchUpBytes());
  }

  /** Where logs are kept, and entries come from. */
  public Broker broker() {
    return broker;
  }

  Sizes sizes() {
    return sizes;
  }

  Meter meter() {
    return meter;
  }

  /** What is on its way to those who are behind. */
  public CatchUp catchUp() {
    return catchUp;
  }

  /** What several of them are given. */
  SharedFrames frames() {
    return frames;
  }

  /** The broker's name of a log. */
  public LogKey log(Address address) {
    return new LogKey(space, address);
  }

  /** The topic of a log, if somebody uses it. */
  public @Nullable Topic topic(Address address) {
    return topics.get(address);
  }

  /** How many topics are in use. */
  public int size() {
    return topics.size();
  }

  /** How many of them are rooms. */
  public int rooms() {
    return rooms.get();
  }

  /**
   * The topic of a log, in use until {@link #release}.
   *
   * @throws RefusedException {@code unavailable} if it is a room and there are too many
   */
  public Topic use(Address address) {
    Topic used =
        topics.compute(
            address,
            (key, present) -> {
              Topic topic = present;
              if (topic == null) {
                count(address);
                topic = new Topic(log(address), policies, meter, this);
              }
              topic.use(1);
              return topic;
            });
    return Objects.requireNonNull(used);
  }

  private void count(Address address) {
    if (address instanceof Address.Room && rooms.incrementAndGet() > maxRooms) {
      rooms.decrementAndGet();
      meter.limit(Limit.ROOMS);
      throw new RefusedException(
          ErrorCode.UNAVAILABLE,
          "room: the server has " + maxRooms + " rooms already (expected: fewer; try again later)");
    }
  }

  /** Gives up one use of a topic. */
  public void release(Topic topic) {
    topics.computeIfPresent(
        topic.log().address(),
        (key, present) -> {
          if (present != topic || present.use(-1) > 0) {
            return present;
          }
          broker.unsubscribe(present.log());
          if (present.log().address() instanceof Address.Room) {
            rooms.decrementAndGet();
          }
          return null;
        });
  }

  /** Has the entries of a topic's log come to it; null if nobody uses it any more. */
  @Nullable CompletionStage<Position> subscribe(Topic topic) {
    CompletableFuture<CompletionStage<Position>> asked = new CompletableFuture<>();
    topics.computeIfPresent(
        topic.log().address(),
        (key, present) -> {
          if (present == topic) {
            try {
              asked.complete(broker.subscribe(topic.log(), topic));
            } catch (RuntimeException failure) { // of a store that is asked right here
              asked.complete(CompletableFuture.failedStage(failure));
            }
          }
          return present;
        });
    return asked.isDone() ? asked.join() : null;
  }

  /** Runs a task after so many ticks, on the thread of whoever ticks. */
  public void later(int ticks, Runnable task) {
    synchronized (due) {
      due.add(new Due(ticked + ticks, task));
    }
  }

  /** Does what is due. Call it often; it costs what is due. */
  public void tick(long now) {
    List<Due> tasks = new ArrayList<>(0);
    synchronized (due) {
      ticked++;
      for (Due next = due.peek(); next != null && next.tick <= ticked; next = due.peek()) {
        tasks.add(due.remove());
      }
    }
    tasks.forEach(one -> one.task.run());
    frames.tick(now);
  }

  /** The endpoint is about to end: lets go of what was kept for a moment. */
  public void close() {
    frames.close();
  }
}
