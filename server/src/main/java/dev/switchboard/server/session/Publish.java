package dev.switchboard.server.session;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.server.ServerConversation.Incoming;
import dev.switchboard.protocol.wire.Draft;
import dev.switchboard.protocol.wire.Envelope;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.protocol.wire.ServerMessages;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.Publication;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A client's message that is being published to the logs it names: to all of them, or to none.
 * Confined to the thread that handles the message.
 */
public final class Publish {
  private final EndpointRuntime endpoint;
  private final Connection connection;
  private final Incoming message;
  private final Session session;
  private final long timestamp;
  private final List<Publication> publications = new ArrayList<>(1);

  Publish(EndpointRuntime endpoint, Connection connection, Incoming message) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.message = message;
    this.session = connection.session();
    this.timestamp = endpoint.context().timestamp();
    Envelope envelope = message.envelope();
    for (Address address : envelope.addresses()) {
      publications.add(publication(address, envelope.payload()));
    }
  }

  private Publication publication(Address address, @Nullable Payload payload) {
    Envelope envelope = message.envelope();
    return new Publication(
        endpoint.topics().log(address),
        envelope.type(),
        session.user(),
        envelope.messageId(),
        timestamp,
        payload,
        message.fleeting(),
        envelope.echo() ? null : session.id(),
        endpoint.sessionSettings().publishing().retentions().of(address));
  }

  /** Returns the connection that publishes. */
  public Connection connection() {
    return connection;
  }

  /** Returns the published message. */
  public Incoming message() {
    return message;
  }

  /**
   * Adds a log that receives a message of the same type with different data.
   *
   * @throws dev.switchboard.protocol.RefusedException {@code too_large} as {@link
   *     dev.switchboard.server.delivery.Sizes#sent}
   * @throws IllegalArgumentException if the log is encrypted
   */
  public void also(Address address, Object copy) {
    endpoint.sessionSettings().publishing().encrypted().requirePlain(address);
    publications.add(publication(address, endpoint.sizes().sent(copy)));
  }

  /** Publishes without calling users' code. */
  void run() {
    CompletionStage<List<Committed>> stage = append();
    boolean waits = !stage.toCompletableFuture().isDone();
    if (waits) {
      connection.readGate().commitBegun();
    }
    stage.whenComplete((committed, failure) -> {
      try {
        if (failure != null || (message.envelope().id() != null && !message.fleeting())) {
          answering().answer(failure == null ? answer(seqs(committed)) : null, failure);
        }
      } finally {
        if (waits) {
          connection.readGate().commitEnded(); // last, because a close may wait for it
        }
      }
    });
  }

  /** Calls users' code, which may publish. Must run where blocking is allowed. */
  void runHooked() {
    if (!connection.departure().turnedAway()) {
      answering().answer(endpoint.application().publish(this));
    }
  }

  /**
   * Publishes. The stage completes with the sequence number in each log, 0 for a fleeting message.
   */
  public CompletionStage<List<Long>> commit() {
    CompletionStage<List<Committed>> stage = append();
    if (!stage.toCompletableFuture().isDone()) {
      connection.readGate().commitBegun();
      stage = stage.whenComplete((committed, failure) -> connection.readGate().commitEnded());
    }
    return stage.thenApply(Publish::seqs);
  }

  private CompletionStage<List<Committed>> append() {
    endpoint.meter().published(publications.size());
    return endpoint.topics().broker().publish(publications);
  }

  private static List<Long> seqs(List<Committed> committed) {
    List<Long> seqs = new ArrayList<>(committed.size());
    committed.forEach(one -> seqs.add(one.position().seq()));
    return seqs;
  }

  private Answering answering() {
    return new Answering(endpoint, connection, message);
  }

  private Answer answer(List<Long> seqs) {
    return id -> ack(message, id, seqs);
  }

  /**
   * Returns the {@code ack} with the message's sequence number in each log it names; null for a
   * fleeting message.
   */
  public static @Nullable Draft ack(Incoming message, Id id, List<Long> seqs) {
    if (message.fleeting()) {
      return null;
    }
    List<Address> addresses = message.envelope().addresses();
    if (!message.envelope().several()) {
      return ServerMessages.ack(id, seqs.get(0));
    }
    Map<String, Long> byRoom = new LinkedHashMap<>();
    for (int i = 0; i < addresses.size(); i++) {
      if (addresses.get(i) instanceof Address.Room room) {
        byRoom.put(room.name(), seqs.get(i));
      }
    }
    return ServerMessages.ack(id, byRoom);
  }
}
