package dev.switchboard.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A world of one thread in which everything that could happen at the same time happens one after
 * another, in an order drawn from a seed, and time passes only when nothing else is to be done. So
 * an hour of conversations takes milliseconds, and a seed repeats it.
 */
final class SimWorld {
  final Random random;
  final ManualClock clock = new ManualClock();
  private final List<Actor> actors = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Deque<String> story = new ArrayDeque<>();
  private long now;
  private long number;

  /** Somebody who may have something to do. */
  interface Actor {
    /** Whether there is something to do now. */
    boolean ready();

    /** Does a little of it. */
    void act();

    /** When there will be something to do, if nothing else happens. */
    default long wakesAt() {
      return Long.MAX_VALUE;
    }
  }

  /** Things that wait their turn, one at a time. */
  static class Queue implements Actor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean held;

    /** Whether they wait whatever turn it is. */
    void hold(boolean now) {
      held = now;
    }

    void add(Runnable task) {
      tasks.add(task);
    }

    @Override
    public boolean ready() {
      return !tasks.isEmpty() && !held;
    }

    @Override
    public void act() {
      tasks.remove().run();
    }
  }

  private record Event(long at, long number, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
    }
  }

  SimWorld(long seed) {
    random = new Random(seed);
  }

  /** Milliseconds since the beginning. */
  long now() {
    return now;
  }

  void add(Actor actor) {
    actors.add(actor);
  }

  void remove(Actor actor) {
    actors.remove(actor);
  }

  void after(long millis, Runnable task) {
    events.add(new Event(now + millis, number++, task));
  }

  /** Whether something happens with that probability in percent. */
  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** Notes what happened, for whoever has to understand a failure. */
  void tell(String what) {
    story.add(now + " ms  " + what);
    if (story.size() > 2_000) {
      story.remove();
    }
  }

  String story() {
    return String.join("\n", story);
  }

  /** One thing happens, if there is one before that time. */
  boolean step(long until) {
    Actor next = anyReady();
    if (next != null) {
      next.act();
      return true;
    }
    long at = events.isEmpty() ? Long.MAX_VALUE : events.element().at;
    for (Actor actor : actors) {
      at = Math.min(at, actor.wakesAt());
    }
    if (at > until) {
      pass(until);
      return false;
    }
    pass(at);
    if (!events.isEmpty() && events.element().at <= now) {
      events.remove().task.run();
    }
    return true;
  }

  /** Whether nothing is to be done before time passes. */
  boolean quiet() {
    return actors.stream().noneMatch(Actor::ready);
  }

  /** Everything happens until that time. */
  void run(long millis) {
    long until = now + millis;
    int steps = 0;
    while (step(until)) {
      if (++steps > 1_000_000) {
        throw new AssertionError("it never comes to rest");
      }
    }
  }

  private @Nullable Actor anyReady() {
    int count = 0;
    Actor chosen = null;
    for (Actor actor : actors) {
      if (actor.ready() && random.nextInt(++count) == 0) {
        chosen = actor;
      }
    }
    return chosen;
  }

  private void pass(long until) {
    if (until > now && until != Long.MAX_VALUE) {
      clock.advance(Duration.ofMillis(until - now));
      now = until;
    }
  }
}
