package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lets a client go on with its session on a new connection ({@code
 * spec/protocol.md#9-coming-back}). Confined to the session's thread.
 */
final class Ticket {
  private @Nullable String session;
  private String secret = "";
  private long resumeId;

  /** Whether there is a session to go on with. */
  boolean valid() {
    return session != null;
  }

  /** What asks to go on with it. */
  Draft resume(long id, List<Control.Place> places) {
    if (session == null) {
      throw new IllegalStateException("session: none (expected: one to resume)");
    }
    resumeId = id;
    return ClientMessages.resume(id, session, secret, places);
  }

  /** Whether that is the answer to {@link #resume}. */
  boolean answeredBy(Envelope envelope) {
    return resumeId != 0 && envelope.re() != null && envelope.re().number() == resumeId;
  }

  /** A session begins or goes on. */
  void renew(ControlReader.Session greeting) {
    session = greeting.session();
    resumeId = 0;
    if (greeting.secret() != null) {
      secret = greeting.secret();
    }
  }

  /** The connection is gone, and the question with it. */
  void lost() {
    resumeId = 0;
  }

  /** The server will never take it. */
  void tear() {
    session = null;
    resumeId = 0;
  }
}
