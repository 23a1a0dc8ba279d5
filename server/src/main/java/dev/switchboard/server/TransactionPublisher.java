package dev.switchboard.server;

import dev.switchboard.spi.Broker;
import dev.switchboard.spi.Committed;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.TransactionalMessages;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Publishes what transactions have left, as server code would. Thread-safe. */
final class TransactionPublisher implements TransactionalMessages.Publisher {
  private final Map<String, EndpointPath> endpoints;
  private final Broker broker;

  /**
   * Creates the publisher of a server.
   *
   * @param endpoints by path; they have started
   */
  TransactionPublisher(Map<String, EndpointPath> endpoints, Broker broker) {
    this.endpoints = endpoints;
    this.broker = broker;
  }

  @Override
  public Publication publication(TransactionalMessages.Message message) {
    if (endpoints.get(message.path()) instanceof EndpointPath.Typed(Endpoint<?> endpoint)) {
      return endpoint
          .destination(message.address())
          .publication(message.type(), message.data(), message.messageId());
    }
    throw new IllegalArgumentException(
        "path: no endpoint with message types is there (expected: the path of one)");
  }

  @Override
  public CompletionStage<List<Committed>> publish(List<Publication> publications) {
    return broker.publish(publications);
  }
}
