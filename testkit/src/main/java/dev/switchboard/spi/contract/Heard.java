package dev.switchboard.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Broker;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A subscriber that records what it receives. */
final class Heard implements Broker.Subscriber {
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile boolean overlapped; // whether two calls came at the same time
  private volatile long from; // the position that the subscription starts after

  /** An entry, and the session that does not receive it. */
  record Piece(Entry entry, @Nullable String without) {}

  /** Subscribes to a log. */
  static Heard of(Broker broker, LogKey log) {
    Heard heard = new Heard();
    Position position = broker.subscribe(log, heard).toCompletableFuture().join();
    heard.from(position.seq());
    return heard;
  }

  @Override
  public void entry(Entry entry, @Nullable String without) {
    overlapped |= inside.incrementAndGet() > 1;
    pieces.add(new Piece(entry, without));
    inside.decrementAndGet();
  }

  /** Nothing fails in these rules and nobody else appends, so every entry must be delivered. */
  @Override
  public void moved(Position head) {
    throw new AssertionError("moved to " + head + " (expected: every entry to be delivered)");
  }

  /** Sets the position that the subscription starts after. */
  void from(long seq) {
    from = seq;
  }

  boolean overlapped() {
    return overlapped;
  }

  Piece next() {
    try {
      Piece next = pieces.poll(10, TimeUnit.SECONDS);
      assertThat(next).as("an entry within 10 s").isNotNull();
      return Objects.requireNonNull(next);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  void expectFromThereTo(long last) {
    for (long seq = from + 1; seq <= last; seq++) {
      assertThat(next().entry().seq()).isEqualTo(seq);
    }
  }

  void expectNothing() {
    assertThat(pieces).isEmpty();
  }
}
