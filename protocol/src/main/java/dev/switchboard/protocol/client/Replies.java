package dev.switchboard.protocol.client;

import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the server has asked in this session ({@code spec/protocol.md#6-answers}). It asks again
 * after a lost connection; the user is asked once. The answers to the last questions are kept for
 * that. Confined to the session's thread.
 */
final class Replies {
  private static final int KEPT = 256;

  /** Empty while the user is at it. */
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

  /** Another session has other questions. */
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

  /** The user has answered; sent now if there is a connection, and when asked again. */
  void answered(Id id, Draft answer, boolean open) {
    if (answers.containsKey(id)) {
      answers.put(id, Optional.of(answer));
      if (open) {
        effects.send(answer);
      }
    }
  }
}
