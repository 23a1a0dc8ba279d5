package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.ChannelListener;
import dev.switchboard.cluster.LeasedPresence;
import dev.switchboard.cluster.contract.PresenceNode;
import java.time.Duration;

/** The presence of servers, for tests. */
final class PresenceNodes {
  private PresenceNodes() {}

  /** Its calls and its notifications may take different ways. */
  static PresenceNode open(String calls, String notifications, Duration lease) {
    RedisServer called = RedisServer.at(calls, null, null);
    RedisServer heard = RedisServer.at(notifications, null, null);
    RedisStore store = new RedisStore(called, 0);
    ChannelListener<byte[]> listener = RedisChannels.listener(heard);
    LeasedPresence presence =
        RedisPresence.open(store.presence(), listener, called.database(), lease);
    return new PresenceNode(presence, listener, store::close, called::close, heard::close);
  }
}
