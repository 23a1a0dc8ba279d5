package dev.switchboard.client.outbox;

import dev.switchboard.protocol.client.ClientSession;
import dev.switchboard.protocol.client.Report;
import java.util.function.Consumer;

/** The loop of a client's session, as far as its outbox needs it. */
public interface SessionLoop {
  /** The loop's time, in milliseconds. Thread-safe. */
  long now();

  /** Does something with the session on the loop. False if that has ended. Thread-safe. */
  boolean input(Consumer<ClientSession> input);

  /** On the loop: tells the user. */
  void report(Report report);
}
