package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.UnsentException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The questions without an answer: those that wait to be sent, in order, and those on the way. Both
 * together are bounded; those on the way also by a window, so that no connection is ever given more
 * than it can take. Confined to the session's thread.
 */
final class ClientQuestions {
  static final long NEVER = Long.MAX_VALUE;

  private final ClientSettings settings;
  private final Deque<ClientQuestion> waiting = new ArrayDeque<>();
  private final Map<Long, ClientQuestion> sent = new LinkedHashMap<>();
  private final PriorityQueue<ClientQuestion> deadlines =
      new PriorityQueue<>(Comparator.comparingLong((ClientQuestion one) -> one.deadline));
  private long nextId = 1;
  private long bytes;
  private long bytesOnTheWay;

  ClientQuestions(ClientSettings settings) {
    this.settings = settings;
  }

  /**
   * Puts a question at the end of the queue.
   *
   * @throws UnsentException if there is no room for it
   */
  void add(ClientQuestion question) {
    int count = size();
    if (count >= settings.queueMessages()) {
      throw new UnsentException(
          "queue: "
              + count
              + " messages wait (expected: fewer than "
              + settings.queueMessages()
              + ")",
          question.unsent());
    }
    if (bytes + question.bytes > settings.queueBytes()) {
      throw new UnsentException(
          "queue: "
              + bytes
              + " bytes wait, and "
              + question.bytes
              + " more (expected: at most "
              + settings.queueBytes()
              + " together)",
          question.unsent());
    }
    waiting.addLast(question);
    bytes += question.bytes;
    if (question.deadline != NEVER) {
      deadlines.add(question);
    }
  }

  int size() {
    return waiting.size() + sent.size();
  }

  long bytes() {
    return bytes;
  }

  /** A number for something that is not kept here. */
  long nextId() {
    return nextId++;
  }

  /** Sends a question before all that wait. It does not count towards the bounds. */
  void ahead(ClientQuestion question, BiConsumer<Long, ClientAsk> send) {
    bytes += question.bytes;
    dispatch(question, send);
  }

  /** Sends what waits, as far as the window is open. */
  void pump(BiConsumer<Long, ClientAsk> send) {
    while (!waiting.isEmpty() && windowOpen()) {
      dispatch(waiting.removeFirst(), send);
    }
  }

  private boolean windowOpen() {
    return sent.isEmpty()
        || (sent.size() < settings.windowMessages() && bytesOnTheWay < settings.windowBytes());
  }

  private void dispatch(ClientQuestion question, BiConsumer<Long, ClientAsk> send) {
    question.id = nextId++;
    question.sent = true;
    sent.put(question.id, question);
    bytesOnTheWay += question.bytes;
    send.accept(question.id, question.ask);
  }

  /** The question that an answer is for, which is then no longer here; null if none is. */
  @Nullable ClientQuestion take(Id re) {
    ClientQuestion question = sent.remove(re.number());
    if (question != null) {
      bytes -= question.bytes;
      bytesOnTheWay -= question.bytes;
      deadlines.remove(question);
    }
    return question;
  }

  /** Takes back a question that its asker no longer waits for. */
  boolean withdraw(ClientQuestion question) {
    boolean was = question.id != 0 ? sent.remove(question.id, question) : waiting.remove(question);
    if (was) {
      bytes -= question.bytes;
      bytesOnTheWay -= question.id != 0 ? question.bytes : 0;
      deadlines.remove(question);
    }
    return was;
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
        waiting.addFirst(question);
      }
    }
    for (ClientQuestion question : onTheWay) {
      if (!question.ask.repeatable()) {
        bytes -= question.bytes;
        deadlines.remove(question);
        question.failed(unknown("the connection was lost before the answer"));
      }
    }
  }

  /** Removes the waiting questions that a new session has no use for. */
  List<ClientQuestion> dropWaiting(java.util.function.Predicate<ClientAsk> which) {
    List<ClientQuestion> dropped = new ArrayList<>();
    for (Iterator<ClientQuestion> each = waiting.iterator(); each.hasNext(); ) {
      ClientQuestion question = each.next();
      if (which.test(question.ask)) {
        each.remove();
        bytes -= question.bytes;
        deadlines.remove(question);
        dropped.add(question);
      }
    }
    return dropped;
  }

  /** Whether a publication with that name is among them that asked for no copy of its own. */
  boolean noEcho(String messageId) {
    return isNoEcho(sent.values(), messageId) || isNoEcho(waiting, messageId);
  }

  private static boolean isNoEcho(Iterable<ClientQuestion> questions, String messageId) {
    for (ClientQuestion question : questions) {
      if (question.ask instanceof ClientAsk.Publish publish
          && !publish.echo()
          && publish.messageId().equals(messageId)) {
        return true;
      }
    }
    return false;
  }

  /** Fails what should have been answered by now. */
  void expire(long now) {
    for (ClientQuestion next = deadlines.peek();
        next != null && next.deadline <= now;
        next = deadlines.peek()) {
      boolean wasSent = next.sent;
      withdraw(next);
      next.failed(
          wasSent
              ? unknown("no answer in time")
              : new UnsentException("not sent in time (expected: a connection)", next.unsent()));
    }
  }

  /** When {@link #expire} has something to do. */
  long wakeAt() {
    ClientQuestion next = deadlines.peek();
    return next == null ? NEVER : next.deadline;
  }

  /** Fails everything: no answer will come. */
  void end(String why) {
    List<ClientQuestion> all = new ArrayList<>(sent.values());
    all.addAll(waiting);
    sent.clear();
    waiting.clear();
    deadlines.clear();
    bytes = 0;
    bytesOnTheWay = 0;
    nextId = 1;
    for (ClientQuestion question : all) {
      question.failed(question.sent ? unknown(why) : new UnsentException(why, question.unsent()));
    }
  }

  private static RefusedException unknown(String why) {
    return new RefusedException(ErrorCode.TIMEOUT, why);
  }
}
