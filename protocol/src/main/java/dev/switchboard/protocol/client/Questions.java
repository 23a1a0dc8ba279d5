package dev.switchboard.protocol.client;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.wire.Id;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The questions whose outcome is unknown. Those on the way are limited by a window, so that the
 * client never gives a connection more than it can send; the waiting ones are in the {@link
 * CommandQueue}. Confined to the session's thread.
 *
 * <p>A question is in one of two places: in the queue, with ID 0, or in {@code sent}, under its ID.
 * {@code deadlines} and {@code noEcho} cover both. A lost connection moves repeatable questions
 * from {@code sent} back to the front of the queue and fails the others. IDs then start at 1 again;
 * an answer from the old connection can't be mistaken for a new one, because {@link Lifecycle}
 * ignores everything from the old socket.
 */
final class Questions {
  static final long NEVER = Long.MAX_VALUE;

  private final Settings settings;
  private final CommandQueue queue;

  /** The questions on the way, by ID, in the order of sending. */
  private final Map<Long, Question> sent = new LinkedHashMap<>();

  /** The questions that have a deadline. */
  private final PriorityQueue<Question> deadlines =
      new PriorityQueue<>(Comparator.comparingLong((Question one) -> one.deadline));

  /** The message IDs of the unanswered publications that asked for no copy. */
  private final Set<String> noEcho = new HashSet<>();

  private long nextId = 1; // the next ID on the current connection
  private long bytesOnTheWay; // the size of the questions in sent

  Questions(Settings settings) {
    this.settings = settings;
    this.queue = new CommandQueue(settings.queue());
  }

  /**
   * Appends a question to the queue.
   *
   * @throws UnsentException if there is no room
   */
  void add(Question question, long now) {
    for (Question dropped : queue.add(question, now)) {
      forget(dropped);
      dropped.failed(
          new UnsentException(
              "queue: dropped to make room for a later message (expected: room for both)",
              dropped.unsent()));
    }
    remember(question);
  }

  /** Appends a durable question to the queue, regardless of the bounds. */
  void keep(Question question) {
    queue.keep(question);
    remember(question);
  }

  /**
   * Returns a question to its position, and sends neither it nor later messages before this time.
   */
  void later(Question question, long at) {
    question.id = 0;
    queue.count(question);
    queue.again(question);
    queue.pause(at);
    remember(question);
  }

  /** Whether messages are held back by {@link #later}. */
  boolean paused() {
    return queue.paused();
  }

  /** Checks again whether held messages may be sent, because a room was joined or left. */
  void release() {
    queue.unhold();
  }

  private void remember(Question question) {
    if (question.deadline != NEVER) {
      deadlines.add(question);
    }
    if (question.ask instanceof Command.Publish publish && !publish.echo()) {
      noEcho.add(publish.messageId());
    }
  }

  private void forget(Question question) {
    if (question.deadline != NEVER) {
      deadlines.remove(question);
    }
    if (question.ask instanceof Command.Publish publish && !publish.echo()) {
      noEcho.remove(publish.messageId());
    }
  }

  QueueState status(long now) {
    int onTheWay = (int) sent.values().stream().filter(question -> !question.control).count();
    return queue.status(onTheWay, now);
  }

  /** Returns an ID for a message that is not tracked here. */
  long nextId() {
    return nextId++;
  }

  /** Sends a question ahead of all waiting ones. */
  void ahead(Question question, BiConsumer<Long, Command> send) {
    question.control = true;
    queue.count(question);
    remember(question);
    dispatch(question, send);
  }

  /** Sends waiting questions as far as the window allows. */
  void pump(Predicate<Question> sendable, BiConsumer<Long, Command> send) {
    for (Question next = queue.next(windowOpen(), sendable);
        next != null;
        next = queue.next(windowOpen(), sendable)) {
      dispatch(next, send);
    }
  }

  private boolean windowOpen() {
    return sent.isEmpty()
        || (sent.size() < settings.window().messages()
            && bytesOnTheWay < settings.window().bytes());
  }

  private void dispatch(Question question, BiConsumer<Long, Command> send) {
    question.id = nextId++;
    question.sent = true;
    sent.put(question.id, question);
    bytesOnTheWay += question.bytes;
    send.accept(question.id, question.ask);
  }

  /** Releases messages that wait for a batch to fill. Returns all unanswered messages. */
  List<Question> flush() {
    queue.release();
    List<Question> all = new ArrayList<>(sent.values());
    all.addAll(queue.waiting());
    all.removeIf(question -> question.control);
    return all;
  }

  /** Removes and returns the question that this answer belongs to; null if there is none. */
  @Nullable Question take(Id re) {
    Question question = sent.remove(re.number());
    if (question != null) {
      bytesOnTheWay -= question.bytes;
      queue.discount(question);
      forget(question);
    }
    return question;
  }

  /** Removes a question whose outcome nobody waits for any more. */
  void withdraw(Question question) {
    if (question.id != 0) {
      if (sent.remove(question.id, question)) {
        bytesOnTheWay -= question.bytes;
        queue.discount(question);
      }
    } else {
      queue.remove(question);
    }
    forget(question);
  }

  /**
   * The connection is gone. Returns questions on the way to the front of the queue, or fails those
   * that can't be repeated.
   */
  void lost() {
    List<Question> onTheWay = new ArrayList<>(sent.values());
    sent.clear();
    bytesOnTheWay = 0;
    nextId = 1;
    for (Question question : onTheWay.reversed()) {
      question.id = 0;
      if (question.ask.repeatable() && !question.done) {
        queue.again(question);
      }
    }
    for (Question question : onTheWay) {
      if (!question.ask.repeatable()) {
        queue.discount(question);
        forget(question);
        question.failed(question.unanswered("the connection was lost before the answer arrived"));
      }
    }
  }

  /** Removes and returns the waiting questions that a new session makes pointless. */
  List<Question> dropWaiting(Predicate<Command> which) {
    List<Question> dropped =
        queue.waiting().stream().filter(question -> which.test(question.ask)).toList();
    dropped.forEach(this::withdraw);
    return dropped;
  }

  /** Whether a join of this room is waiting or on the way. */
  boolean joining(String room) {
    return sent.values().stream().anyMatch(question -> question.joins(room))
        || queue.waiting().stream().anyMatch(question -> question.joins(room));
  }

  /** Whether an unanswered publication with this message ID asked for no copy. */
  boolean noEcho(String messageId) {
    return noEcho.contains(messageId);
  }

  /**
   * Fails questions that are past their deadline or age, and does what else is due.
   *
   * @return the failed questions
   */
  List<Question> expire(long now) {
    List<Question> failed = new ArrayList<>(0);
    for (Question next = deadlines.peek();
        next != null && next.deadline <= now;
        next = deadlines.peek()) {
      late(next, "no answer in time", "not sent in time (expected: a connection)");
      failed.add(next);
    }
    for (Question next = queue.aged(now); next != null; next = queue.aged(now)) {
      late(
          next,
          "no answer within the queue's maximum age",
          "queue: waited for " + (now - next.since) + " ms (expected: less than the maximum age)");
    }
    queue.advance(now);
    return failed;
  }

  private void late(Question question, String wasSent, String wasNot) {
    withdraw(question);
    question.failed(
        question.sent ? unknown(wasSent) : new UnsentException(wasNot, question.unsent()));
  }

  /** Returns when {@link #expire} has something to do. */
  long wakeAt() {
    Question next = deadlines.peek();
    return Math.min(next == null ? NEVER : next.deadline, queue.wakeAt());
  }

  /** Fails all questions except durable ones: no answer will come. */
  void end(String why) {
    List<Question> all = new ArrayList<>(sent.values());
    all.addAll(queue.waiting());
    sent.clear();
    queue.clear();
    deadlines.clear();
    noEcho.clear();
    bytesOnTheWay = 0;
    nextId = 1;
    all.removeIf(question -> question.done);
    all.stream()
        .filter(question -> question.durable)
        .sorted(Comparator.comparingLong(question -> question.order))
        .forEach(question -> {
          question.id = 0;
          keep(question);
        });
    all.removeIf(question -> question.durable);
    for (Question question : all) {
      question.failed(question.unanswered(why));
    }
  }

  private static RefusedException unknown(String why) {
    return new RefusedException(ErrorCode.TIMEOUT, why);
  }
}
