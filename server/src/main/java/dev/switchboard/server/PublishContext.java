package dev.switchboard.server;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A message that a client is publishing, as a hook sees it: who, where to, and what. A hook may
 * refuse it by throwing {@code RefusedException}, and may have it appended to further logs; all are
 * committed together or not at all. Confined to the thread that runs the hook.
 *
 * @param <M> the endpoint's messages
 */
public final class PublishContext<M> {
  private final Endpoint<M> endpoint;
  private final Connection connection;
  private final Incoming message;
  private final Session session;
  private final long timestamp;
  private final List<Publication> publications = new ArrayList<>(1);

  PublishContext(Endpoint<M> endpoint, Connection connection, Incoming message) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.message = message;
    this.session = connection.session();
    this.timestamp = endpoint.clock().millis();
    Envelope envelope = message.envelope();
    for (Address address : envelope.addresses()) {
      publications.add(publication(address, envelope.payload()));
    }
  }

  private Publication publication(Address address, @Nullable Payload payload) {
    Envelope envelope = message.envelope();
    return new Publication(
        endpoint.hub().log(address),
        envelope.type(),
        session.user(),
        envelope.messageId(),
        timestamp,
        payload,
        message.fleeting(),
        envelope.echo() ? null : session.id(),
        endpoint.settings().retentions().of(address));
  }

  /** Who publishes. */
  public Peer<M> from() {
    return endpoint.peerOf(connection);
  }

  /** Where to: one address, or several rooms. */
  public List<Address> to() {
    return message.envelope().addresses();
  }

  /** The publisher's name for the message, if it gave one. */
  public Optional<String> messageId() {
    return Optional.ofNullable(message.envelope().messageId());
  }

  /** Whether it will be in a log. */
  public boolean fleeting() {
    return message.fleeting();
  }

  /**
   * Has a message of the same type appended to one more log as well, from the same user, with the
   * same {@code messageId} and at the same time.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code too_large} as {@link
   *     Destination#publish}
   */
  public void also(Address address, M copy) {
    publications.add(publication(address, endpoint.sizes().sent(copy)));
  }

  /** Publishes; there is neither hook nor interceptor. */
  void run() {
    CompletionStage<List<Committed>> stage = commit();
    boolean waits = !stage.toCompletableFuture().isDone();
    if (waits) {
      connection.readGate().commitBegun();
    }
    stage.whenComplete((committed, failure) -> {
      try {
        if (failure != null || (message.envelope().id() != null && !message.fleeting())) {
          answering().answer(failure == null ? published(committed) : null, failure);
        }
      } finally {
        if (waits) {
          connection.readGate().commitEnded(); // last: a close may wait for it
        }
      }
    });
  }

  /** Runs interceptors and the hook, and publishes; where they may block. */
  void runHooked() {
    if (connection.turnedAway()) {
      return;
    }
    CompletionStage<Outcome> done =
        endpoint
            .reactions()
            .publish(message, this, () -> counted(commit()).thenApply(PublishContext::published));
    answering().answer(done);
  }

  private CompletionStage<List<Committed>> counted(CompletionStage<List<Committed>> stage) {
    if (stage.toCompletableFuture().isDone()) {
      return stage;
    }
    connection.readGate().commitBegun();
    return stage.whenComplete((committed, failure) -> connection.readGate().commitEnded());
  }

  private Answering answering() {
    return new Answering(endpoint, connection, message);
  }

  private static Outcome published(List<Committed> committed) {
    List<Long> seqs = new ArrayList<>(committed.size());
    committed.forEach(one -> seqs.add(one.position().seq()));
    return new Outcome.Published(seqs);
  }

  private CompletionStage<List<Committed>> commit() {
    endpoint.meter().published(publications.size());
    return endpoint.hub().broker().publish(publications);
  }
}
