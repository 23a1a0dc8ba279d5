package dev.switchboard.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Switchboard threads that have started since this object was created. Confined to one thread. */
final class Leftovers {
  private static final String OURS = "switchboard-";

  private final Set<Thread> before = ours();

  /** Fails if threads that have started since then are still running after a while. */
  void requireNone(Duration patience) {
    if (!Patience.until(patience, () -> since().isEmpty())) {
      throw new AssertionError(
          "left over: "
              + since().stream().map(Leftovers::described).collect(Collectors.joining(", "))
              + " (expected: every client and server of the test closed)");
    }
  }

  private List<Thread> since() {
    return ours().stream().filter(thread -> !before.contains(thread)).toList();
  }

  private static Set<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(OURS))
        .collect(Collectors.toSet());
  }

  private static String described(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return "thread " + thread.getName() + (stack.length == 0 ? "" : " in " + stack[0]);
  }
}
