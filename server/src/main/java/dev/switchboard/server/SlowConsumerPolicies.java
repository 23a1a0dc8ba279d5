package dev.switchboard.server;

import dev.switchboard.protocol.Entry;
import dev.switchboard.protocol.MessageType;
import dev.switchboard.protocol.Protocol;
import dev.switchboard.server.delivery.FleetingPolicies;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint's policies for fleeting messages to connections that are too slow. Filled while the
 * endpoint is defined, read-only afterwards.
 *
 * @param <M> the endpoint's messages
 */
final class SlowConsumerPolicies<M> implements FleetingPolicies {
  private static final Logger LOG = LoggerFactory.getLogger(SlowConsumerPolicies.class);

  private final Protocol<M> protocol;
  private final ByType<SlowConsumerPolicy<?>> byType = new ByType<>();
  private SlowConsumerPolicy<? super M> others = SlowConsumerPolicy.drop(); // for all other types

  SlowConsumerPolicies(Protocol<M> protocol) {
    this.protocol = protocol;
  }

  void others(SlowConsumerPolicy<? super M> policy) {
    others = policy;
  }

  <T extends M> void of(Class<T> type, SlowConsumerPolicy<? super T> policy) {
    byType.put(type, ByType.covered(protocol, "slowConsumers", type, false), policy);
  }

  @Override
  public Policy policy(String type) {
    return given(type).policy();
  }

  private SlowConsumerPolicy<?> given(String type) {
    SlowConsumerPolicy<?> own = byType.of(type);
    return own == null ? others : own;
  }

  @Override
  public Key key(Entry entry) {
    SlowConsumerPolicy<?> policy = given(entry.type());
    boolean readable = entry.payload() == null || !entry.payload().encrypted();
    Object by = policy.looks() && readable ? ownKey(policy, entry) : null;
    return new Key(entry.address(), entry.type(), by == null ? new Sender(entry.from()) : by);
  }

  /** A key of its own kind, so that no application key equals a sender. */
  private record Sender(@Nullable String user) {}

  @SuppressWarnings("unchecked") // a type's policy was given for the type's own class, or for all
  private @Nullable Object ownKey(SlowConsumerPolicy<?> policy, Entry entry) {
    try {
      MessageType<? extends M> type = protocol.find(entry.type());
      return type == null
          ? null
          : ((SlowConsumerPolicy<Object>) policy).keyOf(protocol.decode(type, entry.payload()));
    } catch (RuntimeException failed) { // users' code, or another server's version
      LOG.warn(
          "the key of a {} of {} could not be found; its sender stands for it",
          entry.type(),
          entry.from(),
          failed);
      return null;
    }
  }
}
