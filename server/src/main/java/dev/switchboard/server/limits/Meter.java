package dev.switchboard.server.limits;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.ServerMetrics;
import dev.switchboard.spi.ServerMetrics.BindCodeEvent;
import dev.switchboard.spi.ServerMetrics.SlowReader;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The metrics of one endpoint, if it has any; otherwise a call costs a null check. Thread-safe. */
public final class Meter {
  /** A meter that reports to nobody. */
  public static final Meter NONE = new Meter("", null);

  private final String path;
  private final @Nullable ServerMetrics metrics;

  public Meter(String path, @Nullable ServerMetrics metrics) {
    this.path = path;
    this.metrics = metrics;
  }

  /** Whether anything is reported. Check this before computing something that is costly. */
  public boolean on() {
    return metrics != null;
  }

  public void opened() {
    if (metrics != null) {
      metrics.connectionOpened(path);
    }
  }

  public void closed(int code) {
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

  public void refused(int status) {
    if (metrics != null) {
      metrics.upgradeRefused(path, status);
    }
  }

  public void received(int bytes) {
    if (metrics != null) {
      metrics.received(path, bytes);
    }
  }

  public void sent(int bytes) {
    if (metrics != null) {
      metrics.sent(path, bytes);
    }
  }

  public void error(ErrorCode code) {
    if (metrics != null) {
      metrics.errorSent(path, code);
    }
  }

  public void published(int logs) {
    if (metrics != null) {
      metrics.published(path, logs);
    }
  }

  public void delivered() {
    if (metrics != null) {
      metrics.delivered(path);
    }
  }

  public void slow(SlowReader what) {
    if (metrics != null) {
      metrics.slowReader(path, what);
    }
  }

  public void handlerStuck() {
    if (metrics != null) {
      metrics.handlerStuck(path);
    }
  }

  public void handlerReturned(Duration after) {
    if (metrics != null) {
      metrics.handlerReturned(path, after);
    }
  }

  public void bindCode(BindCodeEvent what) {
    if (metrics != null) {
      metrics.bindCode(path, what);
    }
  }

  public void limit(Limit limit) {
    if (metrics != null) {
      metrics.limitReached(path, limit);
    }
  }
}
