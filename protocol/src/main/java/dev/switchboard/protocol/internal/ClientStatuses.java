package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.SwitchboardException;
import dev.switchboard.protocol.internal.ServerMessages.UserState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The users whose coming and going the client's user wants to hear of, and what is known of them.
 * The server keeps them for one connection, so each new one is asked again, and what has changed
 * meanwhile is told then. Confined to the session's thread.
 */
final class ClientStatuses {
  private final Map<String, Optional<UserState>> watched = new LinkedHashMap<>();
  private final ClientQuestions questions;
  private final ClientEffects effects;
  private final BiConsumer<Long, ClientCommand> send;

  private final ClientQuestion.Outcome again =
      new ClientQuestion.Outcome() {
        @Override
        public void answered(ClientAnswer answer) {}

        @Override
        public void failed(SwitchboardException why) {
          if (why instanceof RefusedException refused && refused.code() != ErrorCode.TIMEOUT) {
            effects.report(new ClientReport.Failed(why)); // changes will not be told from now on
          }
        }
      };

  ClientStatuses(
      ClientQuestions questions, ClientEffects effects, BiConsumer<Long, ClientCommand> send) {
    this.questions = questions;
    this.effects = effects;
    this.send = send;
  }

  /** A connection is open, and its server knows nothing of who is watched. */
  void begin() {
    questions.dropWaiting(
        ask -> ask instanceof ClientCommand.Statuses statuses && statuses.again());
    List<String> users = new ArrayList<>(watched.keySet());
    for (int from = 0; from < users.size(); from += Control.MAX_USERS) {
      int to = Math.min(users.size(), from + Control.MAX_USERS);
      ClientCommand ask =
          new ClientCommand.Statuses(List.copyOf(users.subList(from, to)), true, true);
      questions.ahead(new ClientQuestion(ask, null, 0, ClientQuestions.NEVER, again), send);
    }
  }

  ClientAnswer answered(ClientCommand.Statuses ask, List<UserState> states) {
    if (Boolean.FALSE.equals(ask.watch())) {
      watched.keySet().removeAll(ask.users());
    } else if (ask.watch() != null && !ask.again()) {
      ask.users().forEach(user -> watched.putIfAbsent(user, Optional.empty()));
    }
    told(states);
    return new ClientAnswer.Statuses(states);
  }

  /** What the server says of users; what is first heard of one is the answer to who asked. */
  void told(List<UserState> states) {
    for (UserState state : states) {
      Optional<UserState> known = watched.get(state.user());
      if (known != null) {
        watched.put(state.user(), Optional.of(state));
        if (known.isPresent() && known.get().online() != state.online()) {
          effects.report(new ClientReport.Status(state));
        }
      }
    }
  }
}
