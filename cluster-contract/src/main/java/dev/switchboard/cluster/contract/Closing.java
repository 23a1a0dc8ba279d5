package dev.switchboard.cluster.contract;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Closes what a test has opened, the last first. */
public final class Closing implements AfterEachCallback {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Returns what it is given, and closes it when the test is over. */
  public <T extends AutoCloseable> T later(T one) {
    open.push(one);
    return one;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }
}
