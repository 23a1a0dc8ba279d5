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
 * The topics of one endpoint, and the state that their readers share. Thread-safe; time is an
 * argument.
 *
 * <p>A topic exists while it is in use. It is created and removed inside the map's lock for its
 * key, together with its subscription at the broker, so a subscription is never ended for a topic
 * that is in use.
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
  private long ticked; // the number of ticks so far; guarded by due

  private record Due(long tick, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return Long.compare(tick, other.tick);
    }
  }

  /**
   * Creates the topics of an endpoint; there are none yet.
   *
   * @param space the endpoint's name at the broker
   * @param policies what to do with fleeting messages for slow readers
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

  /** Returns the broker, which stores the logs and delivers their entries. */
  public Broker broker() {
    return broker;
  }

  Sizes sizes() {
    return sizes;
  }

  Meter meter() {
    return meter;
  }

  /** Returns the limit on catch-up entries. */
  public CatchUp catchUp() {
    return catchUp;
  }

  /** Returns the frames shared by readers that are behind. */
  SharedFrames frames() {
    return frames;
  }

  /** Returns the broker's key for a log. */
  public LogKey log(Address address) {
    return new LogKey(space, address);
  }

  /** Returns a log's topic, or null if it is not in use. */
  public @Nullable Topic topic(Address address) {
    return topics.get(address);
  }

  /** Returns the number of topics in use. */
  public int size() {
    return topics.size();
  }

  /** Returns the number of rooms among the topics in use. */
  public int rooms() {
    return rooms.get();
  }

  /**
   * Returns a log's topic, which stays in use until {@link #release}.
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

  /** Ends one use of a topic. */
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

  /** Subscribes a topic to its log. Returns null if the topic is no longer in use. */
  @Nullable CompletionStage<Position> subscribe(Topic topic) {
    CompletableFuture<CompletionStage<Position>> asked = new CompletableFuture<>();
    topics.computeIfPresent(
        topic.log().address(),
        (key, present) -> {
          if (present == topic) {
            try {
              asked.complete(broker.subscribe(topic.log(), topic));
            } catch (RuntimeException failure) { // from a store that is called directly
              asked.complete(CompletableFuture.failedStage(failure));
            }
          }
          return present;
        });
    return asked.isDone() ? asked.join() : null;
  }

  /** Runs a task after the given number of ticks, on the thread that ticks. */
  public void later(int ticks, Runnable task) {
    synchronized (due) {
      due.add(new Due(ticked + ticks, task));
    }
  }

  /** Runs what is due. Call it often; its cost is proportional to what is due. */
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

  /** Releases the cached frames, because the endpoint is about to end. */
  public void close() {
    frames.close();
  }
}
