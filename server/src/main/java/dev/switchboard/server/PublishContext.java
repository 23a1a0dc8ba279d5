package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.session.Publish;
import java.util.List;
import java.util.Optional;

/**
 * A message that a client is publishing, as a hook sees it: who, where to, and what. A hook may
 * refuse it by throwing {@code RefusedException}, and may have it appended to further logs; all are
 * committed together or not at all. Confined to the thread that runs the hook.
 *
 * @param <M> the endpoint's messages
 */
public final class PublishContext<M> {
  private final Peer<M> from;
  private final Publish publish;

  PublishContext(Peer<M> from, Publish publish) {
    this.from = from;
    this.publish = publish;
  }

  /** Who publishes. */
  public Peer<M> from() {
    return from;
  }

  /** Where to: one address, or several rooms. */
  public List<Address> to() {
    return publish.message().envelope().addresses();
  }

  /** The publisher's name for the message, if it gave one. */
  public Optional<String> messageId() {
    return Optional.ofNullable(publish.message().envelope().messageId());
  }

  /** Whether it will be in a log. */
  public boolean fleeting() {
    return publish.message().fleeting();
  }

  /**
   * Has a message of the same type appended to one more log as well, from the same user, with the
   * same {@code messageId} and at the same time.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code too_large} as {@link
   *     Destination#publish}
   */
  public void also(Address address, M copy) {
    publish.also(address, copy);
  }
}
