package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lets a client resume its session on a new connection ({@code
 * spec/protocol.md#9-coming-back}). Confined to the session's thread.
 */
final class Ticket {
  private @Nullable String session; // null if there is none to resume
  private String secret = ""; // proves that the session is this client's; never logged
  private long resumeId; // the ID of the resume on the current connection; 0 if none was sent

  /** Whether there is a session to resume. */
  boolean valid() {
    return session != null;
  }

  /** Returns the message that asks to resume the session. */
  Draft resume(long id, List<Control.Place> places) {
    if (session == null) {
      throw new IllegalStateException("session: none (expected: one to resume)");
    }
    resumeId = id;
    return ClientMessages.resume(id, session, secret, places);
  }

  /** Whether a message answers {@link #resume}. */
  boolean answeredBy(Envelope envelope) {
    return resumeId != 0 && envelope.re() != null && envelope.re().number() == resumeId;
  }

  /** A session has started or was resumed. */
  void renew(ControlReader.Session greeting) {
    session = greeting.session();
    resumeId = 0;
    if (greeting.secret() != null) {
      secret = greeting.secret();
    }
  }

  /** The connection is gone, and with it the answer to {@link #resume}. */
  void lost() {
    resumeId = 0;
  }

  /** The session can't be resumed any more. */
  void tear() {
    session = null;
    resumeId = 0;
  }
}
