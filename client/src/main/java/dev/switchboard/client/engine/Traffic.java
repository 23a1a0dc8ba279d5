package dev.switchboard.client.engine;

import dev.switchboard.protocol.client.Report;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Observes everything that goes over a client's connections: counts it, and logs it if enabled. Fed
 * on the loop; any thread may read its statistics.
 */
public final class Traffic {
  private final @Nullable Consumer<String> log;
  private final AtomicLong messagesSent = new AtomicLong();
  private final AtomicLong messagesReceived = new AtomicLong();
  private final AtomicLong bytesSent = new AtomicLong();
  private final AtomicLong bytesReceived = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong attempts = new AtomicLong();
  private volatile @Nullable Long openedAt; // in System.nanoTime(); null without a connection
  private volatile @Nullable Duration roundTrip; // of the last ping; null before the first

  /**
   * Creates counters at zero.
   *
   * @param log receives a readable line for each event; null to log nothing
   */
  public Traffic(@Nullable Consumer<String> log) {
    this.log = log;
  }

  /** Returns the messages sent over all connections. */
  public long messagesSent() {
    return messagesSent.get();
  }

  /** Returns the messages received over all connections. */
  public long messagesReceived() {
    return messagesReceived.get();
  }

  /** Returns the bytes sent over all connections. */
  public long bytesSent() {
    return bytesSent.get();
  }

  /** Returns the bytes received over all connections. */
  public long bytesReceived() {
    return bytesReceived.get();
  }

  /** Returns how long the current connection has been open; zero without one. */
  public Duration uptime() {
    Long since = openedAt;
    return since == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
  }

  /** Returns how many connections have been open. */
  public long connections() {
    return connections.get();
  }

  /** Returns how many times the client has tried to reconnect. */
  public long attempts() {
    return attempts.get();
  }

  /** Returns how long the last answer to a ping took; null before the first. */
  public @Nullable Duration roundTrip() {
    return roundTrip;
  }

  void sent(boolean text, byte[] payload) {
    messagesSent.incrementAndGet();
    bytesSent.addAndGet(payload.length);
    if (log != null) {
      log.accept("> " + Redaction.payload(text, payload));
    }
  }

  /** Counts a sent piece of a message that is not held in memory. Thread-safe. */
  void sentPiece(int bytes) {
    bytesSent.addAndGet(bytes);
  }

  /** Counts a sent message that is not held in memory. */
  void sentPieces() {
    messagesSent.incrementAndGet();
    note("> (the end of a message in pieces)");
  }

  void received(boolean text, byte[] payload) {
    messagesReceived.incrementAndGet();
    bytesReceived.addAndGet(payload.length);
    if (log != null) {
      log.accept("< " + Redaction.payload(text, payload));
    }
  }

  /** Counts a received piece of a message that is not held in memory. */
  void receivedPiece(int bytes, boolean last) {
    bytesReceived.addAndGet(bytes);
    if (last) {
      messagesReceived.incrementAndGet();
      note("< (the end of a message in pieces)");
    }
  }

  /** Logs another event, such as a ping; the line starts with its direction. */
  void note(String line) {
    if (log != null) {
      log.accept(line);
    }
  }

  /** Records a report to the user. */
  void reported(Report report) {
    switch (report) {
      case Report.Opened opened -> {
        connections.incrementAndGet();
        openedAt = System.nanoTime();
      }
      case Report.Closed closed -> openedAt = null;
      case Report.Reconnecting attempt -> attempts.incrementAndGet();
      case Report.Heartbeat beat -> roundTrip = Duration.ofMillis(beat.roundTrip());
      default -> {}
    }
    if (log != null && !(report instanceof Report.Received)) { // already logged as a frame
      log.accept("= " + Redaction.words(report.toString()));
    }
  }
}
