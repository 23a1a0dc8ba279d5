package dev.switchboard.server;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.server.ServerMetrics.SlowReader;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The metrics of one endpoint, if there are any; costs a null check if not. Thread-safe. */
final class Meter {
  /** Tells nobody. */
  static final Meter NONE = new Meter("", null);

  private final String path;
  private final @Nullable ServerMetrics metrics;

  Meter(String path, @Nullable ServerMetrics metrics) {
    this.path = path;
    this.metrics = metrics;
  }

  /** Whether anybody is told, for what costs something to find out. */
  boolean on() {
    return metrics != null;
  }

  void opened() {
    if (metrics != null) {
      metrics.connectionOpened(path);
    }
  }

  void closed(int code) {
    if (metrics == null) {
      return;
    }
    metrics.connectionClosed(path, code);
    if (code == CloseCode.TOO_BIG.code()) {
      metrics.limitReached(path, Limit.MESSAGE_BYTES);
    } else if (code == CloseCode.TOO_SLOW.code()) {
      metrics.slowReader(path, SlowReader.CLOSED);
    }
  }

  void refused(int status) {
    if (metrics != null) {
      metrics.upgradeRefused(path, status);
    }
  }

  void received(int bytes) {
    if (metrics != null) {
      metrics.received(path, bytes);
    }
  }

  void sent(int bytes) {
    if (metrics != null) {
      metrics.sent(path, bytes);
    }
  }

  void error(ErrorCode code) {
    if (metrics != null) {
      metrics.errorSent(path, code);
    }
  }

  void published(int logs) {
    if (metrics != null) {
      metrics.published(path, logs);
    }
  }

  void delivered() {
    if (metrics != null) {
      metrics.delivered(path);
    }
  }

  void slow(SlowReader what) {
    if (metrics != null) {
      metrics.slowReader(path, what);
    }
  }

  void handlerStuck() {
    if (metrics != null) {
      metrics.handlerStuck(path);
    }
  }

  void handlerReturned(Duration after) {
    if (metrics != null) {
      metrics.handlerReturned(path, after);
    }
  }

  void limit(Limit limit) {
    if (metrics != null) {
      metrics.limitReached(path, limit);
    }
  }
}
