package dev.switchboard.server.session;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import java.time.Duration;
import java.util.List;

/**
 * What goes with a session to another server. Immutable.
 *
 * @param user the session's user
 * @param rooms its rooms
 * @param questions what its client has not answered yet, in the order in which it was asked
 */
record MovedSession(String user, List<String> rooms, List<OpenQuestion> questions) {
  /** Copies the lists. */
  MovedSession {
    rooms = List.copyOf(rooms);
    questions = List.copyOf(questions);
  }

  /**
   * A question that waits for its answer.
   *
   * @param bytes what it takes of the next connection's pending bytes
   * @param left how long it may still wait
   */
  record OpenQuestion(Question question, int bytes, Duration left) {}

  /** A request of the server to a client. */
  record Question(Id id, String type, long timestamp, Payload data) {
    Draft draft() {
      return ServerMessages.question(id, type, timestamp, data);
    }
  }
}
