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
 * The questions without an answer: those that wait to be sent, and those on the way. What is on the
 * way is bounded by a window, so that no connection is ever given more than it can take; what waits
 * is the {@link CommandQueue}'s. Confined to the session's thread.
 */
final class Questions {
  static final long NEVER = Long.MAX_VALUE;

  private final Settings settings;
  private final CommandQueue queue;
  private final Map<Long, Question> sent = new LinkedHashMap<>();
  private final PriorityQueue<Question> deadlines =
      new PriorityQueue<>(Comparator.comparingLong((Question one) -> one.deadline));
  private final Set<String> noEcho = new HashSet<>();
  private long nextId = 1;
  private long bytesOnTheWay;

  Questions(Settings settings) {
    this.settings = settings;
    this.queue = new CommandQueue(settings.queue());
  }

  /**
   * Puts a question at the end of the queue.
   *
   * @throws UnsentException if there is no room for it
   */
  void add(Question question, long now) {
    for (Question dropped : queue.add(question, now)) {
      forget(dropped);
      dropped.failed(
          new UnsentException(
              "queue: a later message took its place (expected: room for it)", dropped.unsent()));
    }
    remember(question);
  }

  /** Puts a question that is kept elsewhere at the end of the queue, whatever is there. */
  void keep(Question question) {
    queue.keep(question);
    remember(question);
  }

  /** The same question once more, not before that time, and nothing after it before it. */
  void later(Question question, long at) {
    question.id = 0;
    queue.count(question);
    queue.again(question);
    queue.pause(at);
    remember(question);
  }

  /** Whether messages wait because of {@link #later}. */
  boolean paused() {
    return queue.paused();
  }

  /** It may be that messages need no longer wait for their rooms. */
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

  /** A number for something that is not kept here. */
  long nextId() {
    return nextId++;
  }

  /** Sends a question before all that wait. */
  void ahead(Question question, BiConsumer<Long, Command> send) {
    question.control = true;
    queue.count(question);
    remember(question);
    dispatch(question, send);
  }

  /** Sends what waits, as far as the window is open. */
  void pump(Predicate<Question> sendable, BiConsumer<Long, Command> send) {
    for (Question next = queue.next(windowOpen(), sendable);
        next != null;
        next = queue.next(windowOpen(), sendable)) {
      dispatch(next, send);
    }
  }

  private boolean windowOpen() {
    return sent.isEmpty()
        || (sent.size() < settings.windowMessages() && bytesOnTheWay < settings.windowBytes());
  }

  private void dispatch(Question question, BiConsumer<Long, Command> send) {
    question.id = nextId++;
    question.sent = true;
    sent.put(question.id, question);
    bytesOnTheWay += question.bytes;
    send.accept(question.id, question.ask);
  }

  /** Lets go what only waits for others to go with; the messages that have no answer yet. */
  List<Question> flush() {
    queue.release();
    List<Question> all = new ArrayList<>(sent.values());
    all.addAll(queue.waiting());
    all.removeIf(question -> question.control);
    return all;
  }

  /** The question that an answer is for, which is then no longer here; null if none is. */
  @Nullable Question take(Id re) {
    Question question = sent.remove(re.number());
    if (question != null) {
      bytesOnTheWay -= question.bytes;
      queue.discount(question);
      forget(question);
    }
    return question;
  }

  /** Takes back a question that its asker no longer waits for. */
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

  /** The connection is gone: what was on the way goes first again, or fails if it must not. */
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
        question.failed(question.unanswered("the connection was lost before the answer"));
      }
    }
  }

  /** Removes the waiting questions that a new session has no use for. */
  List<Question> dropWaiting(Predicate<Command> which) {
    List<Question> dropped =
        queue.waiting().stream().filter(question -> which.test(question.ask)).toList();
    dropped.forEach(this::withdraw);
    return dropped;
  }

  /** Whether joining that room is among them. */
  boolean joining(String room) {
    return sent.values().stream().anyMatch(question -> question.joins(room))
        || queue.waiting().stream().anyMatch(question -> question.joins(room));
  }

  /** Whether a publication with that name is among them that asked for no copy of its own. */
  boolean noEcho(String messageId) {
    return noEcho.contains(messageId);
  }

  /**
   * Fails what should have been answered or sent by now, and lets go what is due.
   *
   * @return what failed
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
          "no answer while it may wait",
          "queue: waited for " + (now - next.since) + " ms (expected: less, by the option)");
    }
    queue.advance(now);
    return failed;
  }

  private void late(Question question, String wasSent, String wasNot) {
    withdraw(question);
    question.failed(
        question.sent ? unknown(wasSent) : new UnsentException(wasNot, question.unsent()));
  }

  /** When {@link #expire} has something to do. */
  long wakeAt() {
    Question next = deadlines.peek();
    return Math.min(next == null ? NEVER : next.deadline, queue.wakeAt());
  }

  /** Fails everything that is not kept elsewhere: no answer will come. */
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
