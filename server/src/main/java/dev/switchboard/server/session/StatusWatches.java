package dev.switchboard.server.session;

import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.wire.Control;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.protocol.wire.ServerMessages.UserState;
import dev.switchboard.server.presence.Statuses;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The users whose online status one connection watches. Confined to the connection's loop. */
final class StatusWatches {
  private final Hub hub;
  private final Connection connection;

  /** The names of the watched users; null until the first watch. Confined to the loop. */
  private @Nullable Set<String> watched;

  StatusWatches(Hub hub, Connection connection) {
    this.hub = hub;
    this.connection = connection;
  }

  /** Answers a status request, and starts or stops watching the users it names. */
  void ask(@Nullable Id id, Control.UserStatus ask) {
    try {
      if (Boolean.TRUE.equals(ask.watch())) {
        watch(ask);
      } else if (ask.watch() != null) {
        ask.users().forEach(user -> unwatch(user));
      }
    } catch (RefusedException tooMany) {
      connection.refuse(id, tooMany);
      return;
    }
    String asker = connection.session().user();
    List<CompletableFuture<UserState>> states =
        ask.users().stream().map(user -> hub.status(user, asker).toCompletableFuture()).toList();
    CompletionStage<Void> known = CompletableFuture.allOf(states.toArray(CompletableFuture[]::new));
    connection.readGate().answerDue();
    known.whenComplete((all, failure) -> {
      connection.onLoop(
          connection
              .readGate()
              .answering(() -> {
                if (failure != null) {
                  connection.refuse(id, failure);
                } else {
                  answer(id, states.stream().map(CompletableFuture::join).toList());
                }
              }));
    });
  }

  /**
   * Answers with the users' statuses. Pending older notices about them are discarded, so that they
   * do not follow the newer answer. Must be called on the loop.
   */
  private void answer(@Nullable Id id, List<UserState> states) {
    Statuses statuses = hub.statuses();
    states.forEach(state -> connection.feed().outdated(statuses.key(state.user())));
    connection.send(ServerMessages.userStatus(id, states));
  }

  private void watch(Control.UserStatus ask) {
    Set<String> all = watched == null ? new HashSet<>() : watched;
    long more = ask.users().stream().distinct().filter(user -> !all.contains(user)).count();
    if (all.size() + more > Limits.MAX_WATCHED_USERS) {
      throw new RefusedException(
          ErrorCode.CONFLICT,
          "users: "
              + all.size()
              + " watched already (expected: at most "
              + Limits.MAX_WATCHED_USERS
              + ")");
    }
    watched = all;
    String asker = connection.session().user();
    for (String user : ask.users()) {
      if (hub.maySee(asker, user) && all.add(user)) {
        hub.statuses().watch(user, connection.feed());
      }
    }
  }

  private void unwatch(String user) {
    if (watched != null && watched.remove(user)) {
      hub.statuses().unwatch(user, connection.feed());
    }
  }

  /** Stops watching, because the connection has ended. */
  void end() {
    if (watched != null) {
      Statuses statuses = hub.statuses();
      watched.forEach(user -> statuses.unwatch(user, connection.feed()));
    }
  }
}
