package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.PresenceStore;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The presence of one server, with connections of its own. */
final class PresenceNode implements PresenceStore {
  final LeasedPresence presence;
  private final RedisServer calls;
  private final RedisServer notifications;
  private final RedisStore store;
  private final ChannelListener<byte[]> listener;

  private PresenceNode(String calls, String notifications, Duration lease) {
    this.calls = RedisServer.at(calls, null);
    this.notifications = RedisServer.at(notifications, null);
    this.store = new RedisStore(this.calls, 0);
    this.listener = RedisChannels.listener(this.notifications);
    this.presence = RedisPresence.open(store.presence(), listener, this.calls.database(), lease);
    listener.start();
  }

  static PresenceNode open(String uri) {
    return open(uri, uri, LeasedPresence.LEASE);
  }

  /** Its calls and its notifications may take different ways. */
  static PresenceNode open(String calls, String notifications, Duration lease) {
    return new PresenceNode(calls, notifications, lease);
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
    store.close();
    calls.close();
    notifications.close();
  }
}
