package dev.switchboard.client;

import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A room that the client has joined. It stays joined across lost connections. Thread-safe.
 *
 * @param <M> the protocol's sealed interface
 */
public final class Room<M> extends Channel<M> {
  private final String name;

  Room(Client<M> client, String name) {
    super(client, Address.room(name));
    this.name = name;
  }

  /** Returns the room's name. */
  public String name() {
    return name;
  }

  /** Calls a handler for each message of this room; see {@link Client#on(Consumer)}. */
  public Subscription on(Consumer<? super MessageEvent<? extends M>> handler) {
    return client.typed().onMatching(event -> name.equals(event.room()), handler);
  }

  /**
   * Asks the server who is in the room now. Returns at most 100 users, in the order of their names.
   */
  public List<String> members() {
    Command.Users ask = new Command.Users(name, null);
    return ((Answer.Users) client.blocking(ask, ask)).members();
  }

  /** Like {@link #members}, without blocking. */
  public CompletionStage<List<String>> membersAsync() {
    Command.Users ask = new Command.Users(name, null);
    return client.later(ask, ask, 0, answer -> ((Answer.Users) answer).members());
  }

  /** Leaves the room and blocks until the server has confirmed it. */
  public void leave() {
    Command.Leave ask = new Command.Leave(name);
    client.blocking(ask, ask);
  }

  /** Like {@link #leave}, without blocking. */
  public CompletionStage<Void> leaveAsync() {
    Command.Leave ask = new Command.Leave(name);
    return client.<Void>later(ask, ask, 0, answer -> Waiting.nothing());
  }

  @Override
  public String toString() {
    return "Room[" + name + "]";
  }
}
