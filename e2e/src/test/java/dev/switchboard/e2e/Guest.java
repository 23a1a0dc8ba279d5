package dev.switchboard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One open connection of some WebSocket client, and what it heard. */
abstract class Guest implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

  /** What a client tells its user. */
  sealed interface Heard {
    record Text(String text) implements Heard {}

    record Binary(ByteBuffer bytes) implements Heard {
      static Binary of(byte[] bytes) {
        return new Binary(ByteBuffer.wrap(bytes));
      }
    }

    record Pong(String payload) implements Heard {}

    record Closed(int code, String reason) implements Heard {}
  }

  abstract void text(String message);

  abstract void binary(byte[] message);

  /** One text message in several frames. */
  void pieces(String... pieces) {
    throw new UnsupportedOperationException("its API sends whole messages only");
  }

  void ping(String payload) {
    throw new UnsupportedOperationException("its API sends no pings");
  }

  abstract void end(int code, String reason);

  /** What the two agreed on, or empty. */
  abstract String extensions();

  /** From any thread. */
  final void heard(Heard one) {
    heard.add(one);
  }

  Heard next() {
    return next(heard);
  }

  static <T> T next(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("something within %s s", PATIENCE_SECONDS).isNotNull();
      return next;
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  @Override
  public abstract void close();
}
