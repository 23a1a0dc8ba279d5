package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The server's requests in this session ({@code spec/protocol.md#6-answers}). After a lost
 * connection the server asks again, but the user is asked once; answers to the last {@value #KEPT}
 * requests are kept to be sent again. Confined to the session's thread.
 */
final class Replies {
  private static final int KEPT = 256;

  /** The answers by request; empty while the user is working on one. */
  private final Map<Id, Optional<Draft>> answers =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Id, Optional<Draft>> eldest) {
          return size() > KEPT;
        }
      };

  private final Effects effects;

  Replies(Effects effects) {
    this.effects = effects;
  }

  /** Forgets everything, because a new session has its own requests. */
  void clear() {
    answers.clear();
  }

  void asked(Id id, Envelope question) {
    Optional<Draft> answer = answers.get(id);
    if (answer == null) {
      answers.put(id, Optional.empty());
      effects.report(new Report.Question(id, question));
    } else {
      answer.ifPresent(effects::send);
    }
  }

  /**
   * The user has answered. Sends the answer if there is a connection, and keeps it for repeated
   * requests.
   */
  void answered(Id id, Draft answer, boolean open) {
    if (answers.containsKey(id)) {
      answers.put(id, Optional.of(answer));
      if (open) {
        effects.send(answer);
      }
    }
  }
}
