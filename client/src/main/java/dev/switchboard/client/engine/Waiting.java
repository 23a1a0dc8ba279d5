package dev.switchboard.client.engine;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.UnsentException;
import dev.switchboard.protocol.client.Answer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The two ways in which users wait for the loop: by blocking, and with a stage. Stateless. */
public final class Waiting {
  private Waiting() {}

  /** Blocks for an answer. The session ensures that it arrives or fails in time. */
  public static Answer block(Dispatcher dispatcher, PendingCommand asked) {
    boolean handler = dispatcher.waiting();
    try {
      return asked.answer().get(asked.patience(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      asked.withdraw();
      throw new RefusedException(
          ErrorCode.TIMEOUT, "interrupted before the answer; whether it was sent is not known");
    } catch (TimeoutException late) {
      throw new RefusedException(
          ErrorCode.TIMEOUT, "no answer in time; the message stays in the outbox");
    } catch (ExecutionException failed) {
      throw unwrapped(failed);
    } finally {
      dispatcher.waited(handler);
    }
  }

  /** Blocks until a command is in the queue and, if there is an outbox, on disk. */
  public static void blockUntilAccepted(PendingCommand asked) {
    try {
      asked.acceptance().get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnsentException("interrupted; the message may be in the queue", asked.unsent());
    } catch (ExecutionException failed) {
      throw unwrapped(failed);
    }
  }

  /**
   * Returns a stage for users, whose continuations run on a virtual thread and never on the loop.
   */
  public static <A, T extends @Nullable Object> CompletableFuture<T> stage(
      CompletableFuture<A> inner, Function<A, T> mapped) {
    return inner.handleAsync(
        (answer, failure) -> {
          if (failure != null) {
            throw unwrapped(failure);
          }
          return mapped.apply(answer);
        },
        Waiting::onVirtualThread);
  }

  /** Runs a task on a virtual thread of its own. */
  public static void onVirtualThread(Runnable task) {
    Thread unused = Thread.ofVirtual().name("switchboard-completion").start(task);
  }

  /** Returns the exception for users, without the exceptions that futures wrap around it. */
  public static RuntimeException unwrapped(Throwable failure) {
    return switch (cause(failure)) {
      case SwitchboardException ours -> ours;
      case RuntimeException other -> other;
      case Throwable checked -> new IllegalStateException(checked);
    };
  }

  /** Returns what happened, without the exception that a future wraps around it. */
  static Throwable cause(Throwable failure) {
    boolean wrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    Throwable wrapped = failure.getCause();
    return wrapper && wrapped != null ? wrapped : failure;
  }

  /** Returns the value with which a stage without a result completes. */
  @SuppressWarnings("NullAway") // a Void has no value but null
  public static Void nothing() {
    return null;
  }
}
