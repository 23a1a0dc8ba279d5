package dev.switchboard.protocol.client;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The users that the client watches and what is known of them. The server keeps watches for one
 * connection only. The client therefore repeats them on each new one, and reports what has changed
 * in the meantime. Confined to the session's thread.
 */
final class Statuses {
  private final Map<String, Optional<UserState>> watched = new LinkedHashMap<>();
  private final Questions questions;
  private final Effects effects;
  private final BiConsumer<Long, Command> send;

  private final Question.Outcome again =
      new Question.Outcome() {
        @Override
        public void answered(Answer answer) {}

        @Override
        public void failed(SwitchboardException why) {
          if (why instanceof RefusedException refused && refused.code() != ErrorCode.TIMEOUT) {
            effects.report(new Report.Failed(why)); // changes are not reported from now on
          }
        }
      };

  Statuses(Questions questions, Effects effects, BiConsumer<Long, Command> send) {
    this.questions = questions;
    this.effects = effects;
    this.send = send;
  }

  /** Repeats the watches on a new connection, whose server does not know them. */
  void begin() {
    questions.dropWaiting(ask -> ask instanceof Command.Statuses statuses && statuses.again());
    List<String> users = new ArrayList<>(watched.keySet());
    for (int from = 0; from < users.size(); from += Limits.MAX_STATUS_USERS) {
      int to = Math.min(users.size(), from + Limits.MAX_STATUS_USERS);
      Command ask = new Command.Statuses(List.copyOf(users.subList(from, to)), true, true);
      questions.ahead(new Question(ask, null, 0, Questions.NEVER, again), send);
    }
  }

  Answer answered(Command.Statuses ask, List<UserState> states) {
    if (Boolean.FALSE.equals(ask.watch())) {
      watched.keySet().removeAll(ask.users());
    } else if (ask.watch() != null && !ask.again()) {
      ask.users().forEach(user -> watched.putIfAbsent(user, Optional.empty()));
    }
    told(states);
    return new Answer.Statuses(states);
  }

  /**
   * Updates what is known. The first status of a user is not reported, because it answers the
   * request.
   */
  void told(List<UserState> states) {
    for (UserState state : states) {
      Optional<UserState> known = watched.get(state.user());
      if (known != null) {
        watched.put(state.user(), Optional.of(state));
        if (known.isPresent() && known.get().online() != state.online()) {
          effects.report(new Report.Status(state));
        }
      }
    }
  }
}
