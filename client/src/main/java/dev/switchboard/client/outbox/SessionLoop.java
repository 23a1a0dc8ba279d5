package dev.switchboard.client.outbox;

import dev.switchboard.protocol.client.ClientSession;
import dev.switchboard.protocol.client.Report;
import java.util.function.Consumer;

/** What an outbox needs of the loop of a client's session. */
public interface SessionLoop {
  /** Returns the loop's time, in milliseconds. Thread-safe. */
  long now();

  /** Runs an input on the loop. Returns false if the loop has ended. Thread-safe. */
  boolean input(Consumer<ClientSession> input);

  /** On the loop: reports to the user. */
  void report(Report report);
}
