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
 * The questions that wait to be sent. There are two lanes: messages, which are ordered and bounded,
 * and controls (joins, pages, users), which never wait behind messages. A leave stays in the lane
 * of messages, because messages before it must be sent first; a join of a room stays there too if a
 * leave of that room waits before it.
 *
 * <p>A message to a room that this client is not in again yet would be refused by the server. It is
 * moved to {@code held} until the room is joined, and so is every later message to one of its logs,
 * because order within a log matters.
 *
 * <p>A message is thus in one of three places: in {@code messages}, in {@code held}, or on the way,
 * where {@link Questions} keeps it. {@link Question#order} restores its position when it comes back
 * to {@code messages}. The bounds count all three places, so only an answer, a failure or a
 * withdrawal makes room. Confined to the session's thread.
 */
final class CommandQueue {
  /** The maximum number of unanswered controls. More than that is a mistake of the caller. */
  private static final int MAX_CONTROLS = 1_000;

  private final Settings.Queue bounds;
  private final Deque<Question> controls = new ArrayDeque<>();
  private final Deque<Question> messages = new ArrayDeque<>();

  /** Messages that wait until their rooms are joined, and later ones to the same logs, in order. */
  private final Deque<Question> held = new ArrayDeque<>();

  /** The logs of the messages in {@link #held}. */
  private final Set<Address> heldLogs = new HashSet<>();

  private long nextOrder; // the order of the next new message; never goes back
  private int controlCount; // unanswered controls, waiting or on the way
  private int count; // unanswered messages: waiting, held or on the way
  private long bytes; // the size of those messages
  private boolean released; // whether messages may leave: the batch is full, or its time is up
  private long batchAt = Questions.NEVER; // when the batch leaves even if it is not full
  private long pausedUntil = Questions.NEVER; // no message leaves before; NEVER if not paused

  CommandQueue(Settings.Queue bounds) {
    this.bounds = bounds;
  }

  /**
   * Appends a question to its lane.
   *
   * @return the messages that were dropped to make room, already removed
   * @throws UnsentException if there is no room
   */
  List<Question> add(Question question, long now) {
    question.control = control(question.ask);
    if (question.control) {
      if (controlCount >= MAX_CONTROLS) {
        throw new UnsentException(
            "queue: %d joins and requests are waiting for answers (expected: fewer than %d)"
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

  /** Appends a message, regardless of the bounds. */
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

  /** Returns the fewest messages that must be dropped to make room for this one. */
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
            ? "queue: %d messages are waiting (expected: fewer than %d)"
                .formatted(count, bounds.messages())
            : "queue: %d bytes are waiting, and this message has %d (expected: at most %d in all)"
                .formatted(bytes, question.bytes, bounds.bytes()),
        question.unsent());
  }

  /** Counts a question as unanswered. */
  void count(Question question) {
    if (question.control) {
      controlCount++;
    } else {
      count++;
      bytes += question.bytes;
    }
  }

  /** Stops counting a question that was on the way as unanswered. */
  void discount(Question question) {
    if (question.control) {
      controlCount--;
    } else {
      count--;
      bytes -= question.bytes;
    }
  }

  /**
   * Removes and returns the next question to send, or null if there is none.
   *
   * @param windowOpen whether it may be a message
   * @param sendable whether a message would not be refused because its room is not joined yet
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

  /**
   * Returns a question that was on the way to its position, before everything that came after it.
   */
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

  /** Returns held messages to their positions. {@link #next} checks them again. */
  void unhold() {
    List<Question> all = List.copyOf(held);
    held.clear();
    heldLogs.clear();
    all.reversed().forEach(this::again);
  }

  /** Holds back messages until this time, or that of an earlier call if it is later. */
  void pause(long until) {
    pausedUntil = paused() ? Math.max(pausedUntil, until) : until;
  }

  /** Whether messages are held back by {@link #pause}. */
  boolean paused() {
    return pausedUntil != Questions.NEVER;
  }

  /** Removes a question from its lane. */
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

  /** Lets waiting messages leave without a full batch. */
  void release() {
    released = !messages.isEmpty();
    batchAt = Questions.NEVER;
  }

  /** Starts a new batch if the lane of messages is empty. */
  private void settle() {
    if (messages.isEmpty()) {
      release();
    }
  }

  /** Does everything that is due by now. */
  void advance(long now) {
    if (now >= batchAt) {
      release();
    }
    if (now >= pausedUntil) {
      pausedUntil = Questions.NEVER;
    }
  }

  /** Returns a message that has waited longer than allowed, or null. */
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

  /** Returns all waiting questions in the order in which they would be sent. */
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
