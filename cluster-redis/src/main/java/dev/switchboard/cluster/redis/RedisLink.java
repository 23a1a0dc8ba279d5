package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.redis.RedisFailure.Kind;
import dev.switchboard.history.sql.Reason;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection for many callers, opened when it is first needed, and again after it was lost.
 * Calls block. Thread-safe.
 *
 * <p>Whatever goes wrong, except an error that Redis answers with, ends the connection: after a
 * call without an answer nobody knows whether the network is still there. Calls fail at once for a
 * short while after a connection could not be opened.
 */
final class RedisLink implements AutoCloseable {
  private static final long ANSWER_MILLIS = 5_000;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  /** Redis is not what it was: another one has taken over, or it is not ready yet. */
  private static final Set<String> NOT_HERE =
      Set.of("READONLY", "LOADING", "MASTERDOWN", "NOSTORE");

  private final Supplier<StatefulRedisConnection<byte[], byte[]>> connector;
  private final Handshake handshake;
  private final ReentrantLock opening = new ReentrantLock(); // its holder may be connecting

  // Guarded by opening.
  private @Nullable StatefulRedisConnection<byte[], byte[]> connection; // null before the first
  private int failures; // how often in a row a connection could not be opened
  private long retryAt; // when it is tried again, by the monotonic clock
  private boolean closed; // never reset

  /** Sends a command. */
  interface Command<T> extends Function<RedisAsyncCommands<byte[], byte[]>, RedisFuture<T>> {}

  /** Sends commands on a connection. */
  interface Calls {
    /**
     * Sends a command and waits for its answer.
     *
     * @throws RedisFailure if there is none, or it is an error
     */
    <T> T call(Command<T> command);
  }

  /** The first calls on each connection; if they fail, the connection is not used. */
  interface Handshake {
    void make(Calls calls);
  }

  RedisLink(Supplier<StatefulRedisConnection<byte[], byte[]>> connector, Handshake handshake) {
    this.connector = connector;
    this.handshake = handshake;
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @throws RedisFailure if there is none, or it is an error
   */
  <T> T call(Command<T> command) {
    StatefulRedisConnection<byte[], byte[]> open = open();
    return answer(open, command.apply(open.async()));
  }

  /**
   * Sends a command and waits for its answer, and until it has reached some replicas.
   *
   * @throws RedisFailure if there is no answer, it is an error, or there are too few replicas
   */
  <T> T write(Command<T> command, int replicas) {
    StatefulRedisConnection<byte[], byte[]> open = open();
    RedisAsyncCommands<byte[], byte[]> commands = open.async();
    RedisFuture<T> written = command.apply(commands);
    if (replicas == 0) {
      return answer(open, written);
    }
    RedisFuture<Long> replicated = commands.waitForReplication(replicas, ANSWER_MILLIS / 2);
    T result = answer(open, written);
    long reached = answer(open, replicated);
    if (reached < replicas) {
      throw new RedisFailure(
          Kind.SILENT, "replicas: " + reached + " have it (expected: " + replicas + ")", null);
    }
    return result;
  }

  private StatefulRedisConnection<byte[], byte[]> open() {
    opening.lock();
    try {
      if (closed) {
        throw new RedisFailure(Kind.AWAY, "closed (expected: open)", null);
      }
      StatefulRedisConnection<byte[], byte[]> open = connection;
      if (open != null && open.isOpen()) {
        return open;
      }
      if (failures > 0 && System.nanoTime() - retryAt < 0) {
        throw new RedisFailure(Kind.AWAY, "not connected", null);
      }
      return connect();
    } finally {
      opening.unlock();
    }
  }

  private StatefulRedisConnection<byte[], byte[]> connect() {
    StatefulRedisConnection<byte[], byte[]> fresh = null;
    try {
      fresh = connector.get();
      StatefulRedisConnection<byte[], byte[]> used = fresh;
      handshake.make(
          new Calls() {
            @Override
            public <T> T call(Command<T> command) {
              return answer(used, command.apply(used.async()));
            }
          });
      connection = fresh;
      failures = 0;
      return fresh;
    } catch (RuntimeException failure) {
      if (fresh != null) {
        end(fresh);
      }
      failures = Math.min(failures + 1, 10);
      long pause = Math.min(FIRST_PAUSE_MILLIS << failures, LONGEST_PAUSE_MILLIS);
      retryAt = System.nanoTime() + pause * 1_000_000;
      throw failure instanceof RedisFailure known
          ? new RedisFailure(Kind.AWAY, Reason.of(known), known)
          : new RedisFailure(Kind.AWAY, reason(failure), failure);
    }
  }

  /** Returns why, of a chain of failures that each say little. */
  private static String reason(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String said = Reason.of(failure);
    return last.equals(failure) ? said : said + ": " + Reason.of(last);
  }

  /** Ends a connection without waiting for that, because the network may be gone. */
  private static void end(StatefulRedisConnection<byte[], byte[]> one) {
    var unused = one.closeAsync();
  }

  private <T> T answer(StatefulRedisConnection<byte[], byte[]> open, RedisFuture<T> sent) {
    try {
      return sent.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException silent) {
      end(open);
      throw new RedisFailure(
          Kind.SILENT, "no answer within " + ANSWER_MILLIS / 1_000 + " s", silent);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      String why = Reason.of(cause);
      if (cause instanceof RedisCommandExecutionException) {
        if (NOT_HERE.contains(why.split(" ", 2)[0])) {
          end(open);
        }
        throw new RedisFailure(Kind.REFUSED, why, cause);
      }
      end(open);
      throw new RedisFailure(Kind.LOST, "the connection was lost: " + why, cause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RedisFailure(Kind.SILENT, "interrupted while waiting for the answer", interrupted);
    }
  }

  /** Ends the connection. What is under way fails, and so does every later call. */
  @Override
  public void close() {
    opening.lock();
    try {
      closed = true;
      if (connection != null) {
        connection.close();
      }
    } finally {
      opening.unlock();
    }
  }
}
