package dev.switchboard.protocol.client;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.UnsentException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent, in two lanes: messages, in order and bounded; and questions about the
 * session (joins, pages, users), which never wait behind messages. A leave stays among the messages
 * that were meant to go before it, and so does a join of a room with a leave before it. Confined to
 * the session's thread.
 *
 * <p>A message to a room that the server would not take it for yet waits aside until the room is
 * joined, and with it what came after it to any of its logs, as the order in a log counts.
 *
 * <p>The bounds hold for what waits and what is on the way together, so an answer makes room.
 */
final class CommandQueue {
  /** Questions about the session without an answer; more than that is a mistake of the caller. */
  private static final int MAX_CONTROLS = 1_000;

  private final Settings.Queue bounds;
  private final Deque<Question> controls = new ArrayDeque<>();
  private final Deque<Question> messages = new ArrayDeque<>();

  /** Messages that wait for rooms, and behind those that do. */
  private final Deque<Question> held = new ArrayDeque<>();

  /** The logs that those in {@link #held} are for. */
  private final Set<Address> heldLogs = new HashSet<>();

  private long nextOrder;
  private int controlCount;
  private int count;
  private long bytes;
  private boolean released;
  private long batchAt = Questions.NEVER;
  private long pausedUntil = Questions.NEVER;

  CommandQueue(Settings.Queue bounds) {
    this.bounds = bounds;
  }

  /**
   * Puts a question at the end of its lane.
   *
   * @return those that had to go for it, no longer here
   * @throws UnsentException if there is no room for it
   */
  List<Question> add(Question question, long now) {
    question.control = control(question.ask);
    if (question.control) {
      if (controlCount >= MAX_CONTROLS) {
        throw new UnsentException(
            "queue: %d joins and requests for pages wait (expected: fewer than %d)"
                .formatted(controlCount, MAX_CONTROLS),
            question.unsent());
      }
      controls.addLast(question);
      count(question);
      return List.of();
    }
    List<Question> victims = victims(question);
    victims.forEach(this::remove);
    if (messages.isEmpty()) {
      batchAt = bounds.batch() > 1 ? now + bounds.batchInterval() : Questions.NEVER;
    }
    question.order = nextOrder++;
    messages.addLast(question);
    count(question);
    released |= messages.size() >= bounds.batch();
    return victims;
  }

  /** Puts a message at the end, whatever the bounds. */
  void keep(Question question) {
    question.order = nextOrder++;
    messages.addLast(question);
    count(question);
    released = true;
  }

  private boolean control(Command ask) {
    return switch (ask) {
      case Command.Join join ->
          messages.stream()
              .noneMatch(one ->
                  one.ask instanceof Command.Leave leave && leave.room().equals(join.room()));
      case Command.History history -> true;
      case Command.Users users -> true;
      case Command.Statuses statuses -> true;
      default -> false;
    };
  }

  /** The fewest that have to go so that a message fits. */
  private List<Question> victims(Question question) {
    List<Question> victims = new ArrayList<>();
    int left = count;
    long leftBytes = bytes;
    Iterator<Question> candidates =
        switch (bounds.whenFull()) {
          case REFUSE -> List.<Question>of().iterator();
          case DROP_OLDEST -> messages.iterator();
          case DROP_NEWEST -> messages.descendingIterator();
        };
    while (left >= bounds.messages() || leftBytes + question.bytes > bounds.bytes()) {
      if (!candidates.hasNext()) {
        throw full(question);
      }
      Question next = candidates.next();
      if (!next.sent && next.ask.message()) {
        victims.add(next);
        left--;
        leftBytes -= next.bytes;
      }
    }
    return victims;
  }

  private UnsentException full(Question question) {
    return new UnsentException(
        count >= bounds.messages()
            ? "queue: %d messages wait (expected: fewer than %d)"
                .formatted(count, bounds.messages())
            : "queue: %d bytes wait, and %d more (expected: at most %d together)"
                .formatted(bytes, question.bytes, bounds.bytes()),
        question.unsent());
  }

  /** A question is now without an answer. */
  void count(Question question) {
    if (question.control) {
      controlCount++;
    } else {
      count++;
      bytes += question.bytes;
    }
  }

  /** A question that was on the way is no longer without an answer. */
  void discount(Question question) {
    if (question.control) {
      controlCount--;
    } else {
      count--;
      bytes -= question.bytes;
    }
  }

  /**
   * Takes the next to be sent; null if there is none.
   *
   * @param windowOpen whether it may be a message
   * @param sendable whether a message would not be refused for not being a member
   */
  @Nullable Question next(boolean windowOpen, Predicate<Question> sendable) {
    Question control = controls.pollFirst();
    if (control != null || !released || !windowOpen || paused()) {
      return control;
    }
    Question message = messages.pollFirst();
    while (message != null && (behindHeld(message) || !sendable.test(message))) {
      hold(message);
      message = messages.pollFirst();
    }
    settle();
    return message;
  }

  private boolean behindHeld(Question message) {
    return !heldLogs.isEmpty()
        && switch (message.ask) {
          case Command.Publish publish -> publish.addresses().stream().anyMatch(heldLogs::contains);
          case Command.Leave leave -> heldLogs.contains(Address.room(leave.room()));
          default -> false;
        };
  }

  private void hold(Question message) {
    held.addLast(message);
    if (message.ask instanceof Command.Publish publish) {
      heldLogs.addAll(publish.addresses());
    }
  }

  /** What was on the way goes where it was: before all that came after it. */
  void again(Question question) {
    if (question.control) {
      controls.addFirst(question);
      return;
    }
    Deque<Question> before = new ArrayDeque<>();
    while (!messages.isEmpty() && messages.getFirst().order < question.order) {
      before.addFirst(messages.removeFirst());
    }
    messages.addFirst(question);
    before.forEach(messages::addFirst);
    released = true;
  }

  /** What is held goes back to its place, and is looked at again when it is its turn. */
  void unhold() {
    List<Question> all = List.copyOf(held);
    held.clear();
    heldLogs.clear();
    all.reversed().forEach(this::again);
  }

  /** No messages before that time, nor before that of an earlier call. */
  void pause(long until) {
    pausedUntil = paused() ? Math.max(pausedUntil, until) : until;
  }

  /** Whether no messages go out for now. */
  boolean paused() {
    return pausedUntil != Questions.NEVER;
  }

  /** Takes a question out of its lane. */
  void remove(Question question) {
    boolean wasHeld = held.remove(question);
    if (wasHeld || (question.control ? controls : messages).remove(question)) {
      discount(question);
      settle();
      if (wasHeld) {
        unhold(); // others may have waited behind it
      }
    }
  }

  /** Messages need no longer wait for others to go with. */
  void release() {
    released = !messages.isEmpty();
    batchAt = Questions.NEVER;
  }

  /** An empty lane begins a new batch. */
  private void settle() {
    if (messages.isEmpty()) {
      release();
    }
  }

  /** Does what is due by now. */
  void advance(long now) {
    if (now >= batchAt) {
      release();
    }
    if (now >= pausedUntil) {
      pausedUntil = Questions.NEVER;
    }
  }

  /** A message that has waited too long. */
  @Nullable Question aged(long now) {
    Question oldest = oldest();
    return oldest != null && now >= agesAt(oldest) ? oldest : null;
  }

  private @Nullable Question oldest() {
    Question oldest = held.peekFirst();
    return oldest != null ? oldest : messages.peekFirst();
  }

  private long agesAt(Question question) {
    return bounds.age() == Questions.NEVER ? Questions.NEVER : question.since + bounds.age();
  }

  long wakeAt() {
    Question oldest = oldest();
    long aged = oldest == null ? Questions.NEVER : agesAt(oldest);
    return Math.min(Math.min(batchAt, pausedUntil), aged);
  }

  /** All that wait, in the order in which they would be sent. */
  List<Question> waiting() {
    List<Question> all = new ArrayList<>(controls);
    all.addAll(held);
    all.addAll(messages);
    return all;
  }

  QueueState status(int onTheWay, long now) {
    Question oldest = oldest();
    return new QueueState(
        messages.size() + held.size(),
        onTheWay,
        bytes,
        count >= bounds.messages() || bytes >= bounds.bytes(),
        oldest == null ? 0 : Math.max(0, now - oldest.since));
  }

  void clear() {
    controls.clear();
    messages.clear();
    held.clear();
    heldLogs.clear();
    pausedUntil = Questions.NEVER;
    controlCount = 0;
    count = 0;
    bytes = 0;
    settle();
  }
}
