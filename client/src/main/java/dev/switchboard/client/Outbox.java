package dev.switchboard.client;

import java.nio.file.Path;

/**
 * A file that keeps what a client publishes until the server has acknowledged it, so that it
 * survives the process ({@link ClientBuilder#outbox}). Immutable.
 *
 * <ul>
 *   <li>A message is on disk before it is sent, and {@link Channel#enqueue} returns only then.
 *       Messages that arrive together share one write and one {@code fsync}.
 *   <li>After a restart, unacknowledged messages are sent in their order with the IDs they had;
 *       those to rooms as soon as the client has joined them. A server that already has one does
 *       not accept it again within its duplicate window ({@code
 *       spec/protocol.md#7-once-and-only-once}).
 *   <li>A retryable refusal does not end a message. Any other refusal does, and so does its age
 *       ({@link ClientEvent.Undelivered}).
 *   <li>It has the bounds of the queue ({@link ClientBuilder#queue}). The file takes at most twice
 *       that space plus 1 MiB.
 *   <li>Only its owner can read it (mode 0600). Only one client at a time can use it, which a
 *       {@code .lock} file beside it ensures.
 *   <li>An incomplete last record, left by a crash, is cut off. If other records are damaged, the
 *       rest is sent, and the original file is kept beside it as {@code .damaged}.
 * </ul>
 *
 * <p>It belongs to one user of one server, because message IDs are unique per user.
 */
public final class Outbox {
  private final Path path;

  private Outbox(Path path) {
    this.path = path;
  }

  /** Returns an outbox in this file, which is created if necessary. Its folder must exist. */
  public static Outbox file(Path path) {
    return new Outbox(path.toAbsolutePath());
  }

  /** Returns the file's path. */
  public Path path() {
    return path;
  }

  @Override
  public String toString() {
    return "Outbox[" + path + "]";
  }
}
