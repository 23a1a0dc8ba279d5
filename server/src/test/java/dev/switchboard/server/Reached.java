package dev.switchboard.server;

import dev.switchboard.spi.Limit;
import dev.switchboard.spi.ServerMetrics;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The limits that were reached, in order. */
final class Reached implements ServerMetrics {
  final List<Limit> limits = new CopyOnWriteArrayList<>();

  @Override
  public void limitReached(String path, Limit limit) {
    limits.add(limit);
  }
}
