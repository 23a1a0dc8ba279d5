package dev.switchboard.client.engine;

import dev.switchboard.protocol.client.Report;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees everything that goes over a client's connections: counts it, and writes it down if asked to.
 * Fed on the loop; its figures may be read by any thread.
 */
public final class Traffic {
  private final @Nullable Consumer<String> log;
  private final AtomicLong messagesSent = new AtomicLong();
  private final AtomicLong messagesReceived = new AtomicLong();
  private final AtomicLong bytesSent = new AtomicLong();
  private final AtomicLong bytesReceived = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong attempts = new AtomicLong();
  private volatile @Nullable Long openedAt;
  private volatile @Nullable Duration roundTrip;

  /**
   * Nothing seen yet.
   *
   * @param log gets a readable line for each thing seen; null to write nothing
   */
  public Traffic(@Nullable Consumer<String> log) {
    this.log = log;
  }

  /** Over all connections. */
  public long messagesSent() {
    return messagesSent.get();
  }

  /** Over all connections. */
  public long messagesReceived() {
    return messagesReceived.get();
  }

  /** Over all connections. */
  public long bytesSent() {
    return bytesSent.get();
  }

  /** Over all connections. */
  public long bytesReceived() {
    return bytesReceived.get();
  }

  /** How long the present connection has been open; zero without one. */
  public Duration uptime() {
    Long since = openedAt;
    return since == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
  }

  /** How often a connection was open. */
  public long connections() {
    return connections.get();
  }

  /** How often the client tried to come back. */
  public long attempts() {
    return attempts.get();
  }

  /** How long the last answer to a ping took; null before the first. */
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

  /** A piece of a message went out that is not held in memory. */
  void sentPiece(int bytes, boolean last) {
    bytesSent.addAndGet(bytes);
    if (last) {
      messagesSent.incrementAndGet();
      note("> (the end of a message in pieces)");
    }
  }

  void received(boolean text, byte[] payload) {
    messagesReceived.incrementAndGet();
    bytesReceived.addAndGet(payload.length);
    if (log != null) {
      log.accept("< " + Redaction.payload(text, payload));
    }
  }

  /** A piece of a message came that is not held in memory. */
  void receivedPiece(int bytes, boolean last) {
    bytesReceived.addAndGet(bytes);
    if (last) {
      messagesReceived.incrementAndGet();
      note("< (the end of a message in pieces)");
    }
  }

  /** Something else that happened, such as a ping; the line begins with its direction. */
  void note(String line) {
    if (log != null) {
      log.accept(line);
    }
  }

  /** Something the user hears of. */
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
    if (log != null && !(report instanceof Report.Received)) { // a frame, written already
      log.accept("= " + Redaction.words(report.toString()));
    }
  }
}
