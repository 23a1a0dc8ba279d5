package dev.switchboard.cluster.redis;

import dev.switchboard.cluster.PresenceEngine;
import dev.switchboard.cluster.contract.LastSeenOverServersContract;
import dev.switchboard.cluster.contract.PresenceNode;
import java.time.Duration;

class RedisLastSeenTest extends LastSeenOverServersContract {
  RedisLastSeenTest() {
    super(new RedisEngine());
  }

  @Override
  protected PresenceNode node(String calls, String notifications, Duration lease) {
    return PresenceNodes.open(calls, notifications, lease);
  }

  @Override
  protected PresenceEngine.Visit visit() throws Exception {
    RedisServer server = close.later(RedisServer.at(url, null, null));
    RedisStore store = close.later(new RedisStore(server, 0));
    return new RedisPresence(store.presence(), "unused");
  }
}
