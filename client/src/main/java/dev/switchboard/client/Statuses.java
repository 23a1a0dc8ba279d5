package dev.switchboard.client;

import dev.switchboard.protocol.Limits;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks who is online, in batches of the size that the server accepts. Thread-safe. */
final class Statuses {
  private final Client<?> client;

  Statuses(Client<?> client) {
    this.client = client;
  }

  List<UserStatus> ask(Collection<String> users, @Nullable Boolean watch) {
    List<UserStatus> statuses = new ArrayList<>();
    for (Command ask : commands(users, watch)) {
      statuses.addAll(statuses(client.blocking(ask, ask)));
    }
    return List.copyOf(statuses);
  }

  /** Like {@link #ask}, without blocking, one batch after the other. */
  CompletionStage<List<UserStatus>> askAsync(Collection<String> users, @Nullable Boolean watch) {
    CompletionStage<List<UserStatus>> sofar = CompletableFuture.completedFuture(List.of());
    for (Command ask : commands(users, watch)) {
      sofar =
          sofar.thenCompose(known ->
              client.later(
                  ask,
                  ask,
                  0,
                  answer -> Stream.concat(known.stream(), statuses(answer).stream()).toList()));
    }
    return sofar;
  }

  private static List<Command> commands(Collection<String> users, @Nullable Boolean watch) {
    List<String> all = List.copyOf(new LinkedHashSet<>(users));
    List<Command> commands = new ArrayList<>();
    for (int from = 0; from < all.size(); from += Limits.MAX_STATUS_USERS) {
      int to = Math.min(all.size(), from + Limits.MAX_STATUS_USERS);
      commands.add(new Command.Statuses(all.subList(from, to), watch, false));
    }
    return commands;
  }

  private static List<UserStatus> statuses(Answer answer) {
    return ((Answer.Statuses) answer).states().stream().map(UserStatus::of).toList();
  }
}
