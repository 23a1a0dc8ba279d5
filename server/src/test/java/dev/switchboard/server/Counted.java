package dev.switchboard.server;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.spi.Limit;
import dev.switchboard.spi.ServerMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Metrics as a test reads them: how often, or how much, by name. */
final class Counted implements ServerMetrics {
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  int of(String name) {
    return counts.getOrDefault(name, 0);
  }

  Map<String, Integer> all() {
    return new TreeMap<>(counts);
  }

  private void add(String name, int more) {
    counts.merge(name, more, Integer::sum);
  }

  @Override
  public void connectionOpened(String path) {
    add("opened " + path, 1);
  }

  @Override
  public void connectionClosed(String path, int code) {
    add("closed " + code, 1);
  }

  @Override
  public void upgradeRefused(String path, int status) {
    add("refused " + status, 1);
  }

  @Override
  public void received(String path, int bytes) {
    add("received", 1);
    add("received bytes", bytes);
  }

  @Override
  public void sent(String path, int bytes) {
    add("sent", 1);
    add("sent bytes", bytes);
  }

  @Override
  public void errorSent(String path, ErrorCode code) {
    add("error " + code.wire(), 1);
  }

  @Override
  public void published(String path, int logs) {
    add("published", logs);
  }

  @Override
  public void delivered(String path) {
    add("delivered", 1);
  }

  @Override
  public void slowReader(String path, SlowReader what) {
    add("slow " + what, 1);
  }

  @Override
  public void handlerStuck(String path) {
    add("stuck", 1);
  }

  @Override
  public void handlerReturned(String path, Duration after) {
    add("returned", 1);
  }

  @Override
  public void limitReached(String path, Limit limit) {
    add("limit " + limit, 1);
  }
}
