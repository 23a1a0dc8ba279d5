package dev.switchboard.client;

import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks who is online, so many at a time as the server takes. Thread-safe. */
final class Statuses {
  private final Client<?> client;

  Statuses(Client<?> client) {
    this.client = client;
  }

  static UserStatus status(UserState state) {
    return new UserStatus(
        state.user(),
        state.online(),
        state.lastSeen() == 0
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(state.lastSeen())));
  }

  List<UserStatus> ask(Collection<String> users, @Nullable Boolean watch) {
    List<String> all = List.copyOf(new LinkedHashSet<>(users));
    List<UserStatus> statuses = new ArrayList<>();
    for (int from = 0; from < all.size(); from += Control.MAX_USERS) {
      int to = Math.min(all.size(), from + Control.MAX_USERS);
      Command ask = new Command.Statuses(all.subList(from, to), watch, false);
      Answer.Statuses answer = (Answer.Statuses) client.blocking(ask, ask);
      answer.states().forEach(state -> statuses.add(status(state)));
    }
    return List.copyOf(statuses);
  }
}
