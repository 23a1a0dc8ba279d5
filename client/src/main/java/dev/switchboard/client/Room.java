package dev.switchboard.client;

import dev.switchboard.client.engine.Waiting;
import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.client.Answer;
import dev.switchboard.protocol.client.Command;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A room that the client has joined. It stays joined over lost connections. Thread-safe.
 *
 * @param <M> the protocol's sealed interface
 */
public final class Room<M> extends Channel<M> {
  private final String name;

  Room(Client<M> client, String name) {
    super(client, Address.room(name));
    this.name = name;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Calls a handler for each message of this room; see {@link Client#on(Consumer)}. */
  public Subscription on(Consumer<? super MessageEvent<? extends M>> handler) {
    return client.typed().onMatching(event -> name.equals(event.room()), handler);
  }

  /** Who is in it now: at most 100 users, in the order of their names. Asks the server. */
  public List<String> members() {
    Command.Users ask = new Command.Users(name, null);
    return ((Answer.Users) client.blocking(ask, ask)).members();
  }

  /** The same without blocking. */
  public CompletionStage<List<String>> membersAsync() {
    Command.Users ask = new Command.Users(name, null);
    return client.later(ask, ask, 0, answer -> ((Answer.Users) answer).members());
  }

  /** Leaves the room; returns when the server knows. */
  public void leave() {
    Command.Leave ask = new Command.Leave(name);
    client.blocking(ask, ask);
  }

  /** The same without blocking. */
  public CompletionStage<Void> leaveAsync() {
    Command.Leave ask = new Command.Leave(name);
    return client.<Void>later(ask, ask, 0, answer -> Waiting.nothing());
  }

  @Override
  public String toString() {
    return "Room[" + name + "]";
  }
}
