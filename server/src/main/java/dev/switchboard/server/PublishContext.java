package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.server.session.Publish;
import java.util.List;
import java.util.Optional;

/**
 * A message that a client is publishing, as a hook sees it: sender, addresses and message id. A
 * hook can refuse the message by throwing {@code RefusedException}, and can append messages of the
 * same type to further logs; all of them are committed together or not at all. Confined to the
 * thread that runs the hook.
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

  /** Returns the sender. */
  public Peer<M> from() {
    return from;
  }

  /** Returns the destination: one address, or several rooms. */
  public List<Address> to() {
    return publish.message().envelope().addresses();
  }

  /** Returns the sender's id for the message; empty if there is none. */
  public Optional<String> messageId() {
    return Optional.ofNullable(publish.message().envelope().messageId());
  }

  /** Returns whether the message is sent without being stored in a log. */
  public boolean fleeting() {
    return publish.message().fleeting();
  }

  /**
   * Also appends a message of the same type to one more log, from the same user, with the same
   * {@code messageId} and timestamp.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code too_large}, as for {@link
   *     Destination#publish}
   * @throws IllegalArgumentException if the log is {@link Endpoint#encrypted encrypted}
   */
  public void also(Address address, M copy) {
    publish.also(address, copy);
  }
}
