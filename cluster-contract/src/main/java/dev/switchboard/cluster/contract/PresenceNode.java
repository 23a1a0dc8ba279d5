package dev.switchboard.cluster.contract;

import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The presence of one server, with connections of its own. */
public final class PresenceNode implements PresenceStore {
  final LeasedPresence presence;
  private final ChannelListener<?> listener;
  private final List<Runnable> connections; // how they are closed

  /**
   * Starts the listener, which tells the presence.
   *
   * @param connections close the connections of both, in this order
   */
  public PresenceNode(
      LeasedPresence presence, ChannelListener<?> listener, Runnable... connections) {
    this.presence = presence;
    this.listener = listener;
    this.connections = List.of(connections);
    listener.start();
  }

  @Override
  public void watch(Watcher watcher) {
    presence.watch(watcher);
  }

  @Override
  public CompletionStage<Void> enter(LogKey where, String user) {
    return presence.enter(where, user);
  }

  @Override
  public CompletionStage<Void> leave(LogKey where, String user) {
    return presence.leave(where, user);
  }

  @Override
  public CompletionStage<Users> first(LogKey where, int limit) {
    return presence.first(where, limit);
  }

  @Override
  public CompletionStage<Users> after(LogKey where, String name, int limit) {
    return presence.after(where, name, limit);
  }

  @Override
  public CompletionStage<Boolean> has(LogKey where, String user) {
    return presence.has(where, user);
  }

  @Override
  public void close() {
    presence.close();
    listener.close();
    connections.forEach(Runnable::run);
  }
}
