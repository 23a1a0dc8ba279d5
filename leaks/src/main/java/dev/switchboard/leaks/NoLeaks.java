package dev.switchboard.leaks;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class after which a buffer was collected that nobody had released. */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
  static {
    LeakRecorder.install();
  }

  /** Nothing: being loaded before Netty is enough. */
  @Override
  public void beforeAll(ExtensionContext context) {}

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    List<String> lost = LeakRecorder.lost();
    if (!lost.isEmpty()) {
      throw new AssertionError(
          context.getDisplayName() + " lost buffers:\n" + String.join("\n", lost));
    }
  }
}
