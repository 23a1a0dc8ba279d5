package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
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
 * is the {@link ClientQueue}'s. Confined to the session's thread.
 */
final class ClientQuestions {
  static final long NEVER = Long.MAX_VALUE;

  private final ClientSettings settings;
  private final ClientQueue queue;
  private final Map<Long, ClientQuestion> sent = new LinkedHashMap<>();
  private final PriorityQueue<ClientQuestion> deadlines =
      new PriorityQueue<>(Comparator.comparingLong((ClientQuestion one) -> one.deadline));
  private final Set<String> noEcho = new HashSet<>();
  private long nextId = 1;
  private long bytesOnTheWay;

  ClientQuestions(ClientSettings settings) {
    this.settings = settings;
    this.queue = new ClientQueue(settings.queue());
  }

  /**
   * Puts a question at the end of the queue.
   *
   * @throws UnsentException if there is no room for it
   */
  void add(ClientQuestion question, long now) {
    for (ClientQuestion dropped : queue.add(question, now)) {
      forget(dropped);
      dropped.failed(
          new UnsentException(
              "queue: a later message took its place (expected: room for it)", dropped.unsent()));
    }
    remember(question);
  }

  /** Puts a question that is kept elsewhere at the end of the queue, whatever is there. */
  void keep(ClientQuestion question) {
    queue.keep(question);
    remember(question);
  }

  /** The same question once more, not before that time, and nothing after it before it. */
  void later(ClientQuestion question, long at) {
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

  private void remember(ClientQuestion question) {
    if (question.deadline != NEVER) {
      deadlines.add(question);
    }
    if (question.ask instanceof ClientCommand.Publish publish && !publish.echo()) {
      noEcho.add(publish.messageId());
    }
  }

  private void forget(ClientQuestion question) {
    if (question.deadline != NEVER) {
      deadlines.remove(question);
    }
    if (question.ask instanceof ClientCommand.Publish publish && !publish.echo()) {
      noEcho.remove(publish.messageId());
    }
  }

  ClientQueueStatus status(long now) {
    int onTheWay = (int) sent.values().stream().filter(question -> !question.control).count();
    return queue.status(onTheWay, now);
  }

  /** A number for something that is not kept here. */
  long nextId() {
    return nextId++;
  }

  /** Sends a question before all that wait. */
  void ahead(ClientQuestion question, BiConsumer<Long, ClientCommand> send) {
    question.control = true;
    queue.count(question);
    remember(question);
    dispatch(question, send);
  }

  /** Sends what waits, as far as the window is open. */
  void pump(Predicate<ClientQuestion> sendable, BiConsumer<Long, ClientCommand> send) {
    for (ClientQuestion next = queue.next(windowOpen(), sendable);
        next != null;
        next = queue.next(windowOpen(), sendable)) {
      dispatch(next, send);
    }
  }

  private boolean windowOpen() {
    return sent.isEmpty()
        || (sent.size() < settings.windowMessages() && bytesOnTheWay < settings.windowBytes());
  }

  private void dispatch(ClientQuestion question, BiConsumer<Long, ClientCommand> send) {
    question.id = nextId++;
    question.sent = true;
    sent.put(question.id, question);
    bytesOnTheWay += question.bytes;
    send.accept(question.id, question.ask);
  }

  /** Lets go what only waits for others to go with; the messages that have no answer yet. */
  List<ClientQuestion> flush() {
    queue.release();
    List<ClientQuestion> all = new ArrayList<>(sent.values());
    all.addAll(queue.waiting());
    all.removeIf(question -> question.control);
    return all;
  }

  /** The question that an answer is for, which is then no longer here; null if none is. */
  @Nullable ClientQuestion take(Id re) {
    ClientQuestion question = sent.remove(re.number());
    if (question != null) {
      bytesOnTheWay -= question.bytes;
      queue.discount(question);
      forget(question);
    }
    return question;
  }

  /** Takes back a question that its asker no longer waits for. */
  void withdraw(ClientQuestion question) {
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
    List<ClientQuestion> onTheWay = new ArrayList<>(sent.values());
    sent.clear();
    bytesOnTheWay = 0;
    nextId = 1;
    for (ClientQuestion question : onTheWay.reversed()) {
      question.id = 0;
      if (question.ask.repeatable() && !question.done) {
        queue.again(question);
      }
    }
    for (ClientQuestion question : onTheWay) {
      if (!question.ask.repeatable()) {
        queue.discount(question);
        forget(question);
        question.failed(question.unanswered("the connection was lost before the answer"));
      }
    }
  }

  /** Removes the waiting questions that a new session has no use for. */
  List<ClientQuestion> dropWaiting(Predicate<ClientCommand> which) {
    List<ClientQuestion> dropped =
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
  List<ClientQuestion> expire(long now) {
    List<ClientQuestion> failed = new ArrayList<>(0);
    for (ClientQuestion next = deadlines.peek();
        next != null && next.deadline <= now;
        next = deadlines.peek()) {
      late(next, "no answer in time", "not sent in time (expected: a connection)");
      failed.add(next);
    }
    for (ClientQuestion next = queue.aged(now); next != null; next = queue.aged(now)) {
      late(
          next,
          "no answer while it may wait",
          "queue: waited for " + (now - next.since) + " ms (expected: less, by the option)");
    }
    queue.advance(now);
    return failed;
  }

  private void late(ClientQuestion question, String wasSent, String wasNot) {
    withdraw(question);
    question.failed(
        question.sent ? unknown(wasSent) : new UnsentException(wasNot, question.unsent()));
  }

  /** When {@link #expire} has something to do. */
  long wakeAt() {
    ClientQuestion next = deadlines.peek();
    return Math.min(next == null ? NEVER : next.deadline, queue.wakeAt());
  }

  /** Fails everything that is not kept elsewhere: no answer will come. */
  void end(String why) {
    List<ClientQuestion> all = new ArrayList<>(sent.values());
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
    for (ClientQuestion question : all) {
      question.failed(question.unanswered(why));
    }
  }

  private static RefusedException unknown(String why) {
    return new RefusedException(ErrorCode.TIMEOUT, why);
  }
}
