package dev.switchboard.client;

import java.nio.file.Path;

/**
 * A file that keeps what a client publishes until the server has acknowledged it, so that it
 * survives the process ({@link ClientBuilder#outbox}). Immutable.
 *
 * <ul>
 *   <li>A message is on disk before it is sent, and {@link Channel#enqueue} returns only then.
 *       Messages that come together share one write and one {@code fsync}.
 *   <li>After a restart the messages without an acknowledgement go out in their order, under the
 *       names they had; those to rooms as soon as the client has joined them. A server that has one
 *       already takes it no second time, as long as its duplicate window lasts ({@code
 *       spec/protocol.md#7-once-and-only-once}).
 *   <li>Refusals that trying again can help don't end a message; others, and its age, do ({@link
 *       ClientEvent.Undelivered}).
 *   <li>Its bounds are those of the queue ({@link ClientBuilder#queue}). The file takes at most
 *       twice as much room and 1 MiB.
 *   <li>Only its owner may read it (0600). One client at a time has it; a file beside it, {@code
 *       .lock}, sees to that.
 *   <li>A record that the process or the machine did not finish to write is cut off. If others are
 *       damaged, the rest goes out, and the file as it was stays beside it as {@code .damaged}.
 * </ul>
 *
 * <p>It belongs to one user of one server: message names are unique per user.
 */
public final class Outbox {
  private final Path path;

  private Outbox(Path path) {
    this.path = path;
  }

  /** An outbox in that file, which is made if there is none. Its folder has to be there. */
  public static Outbox file(Path path) {
    return new Outbox(path.toAbsolutePath());
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public String toString() {
    return "Outbox[" + path + "]";
  }
}
