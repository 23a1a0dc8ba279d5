package dev.switchboard.peers;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to processes of a test. */
public final class Signals {
  private Signals() {}

  /** Sends a signal, such as {@code STOP}, and returns when it is sent. */
  public static void send(Process process, String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
