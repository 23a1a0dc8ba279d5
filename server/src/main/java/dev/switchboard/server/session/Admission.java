package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.RefusedException;
import dev.switchboard.protocol.server.ServerConversation;
import dev.switchboard.protocol.wire.Id;
import dev.switchboard.server.limits.Allowance;
import dev.switchboard.spi.Limit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Admits messages from a connection's client: within the rate limit, and in the agreed encoding.
 * Confined to the connection's loop.
 */
final class Admission {
  private final EndpointRuntime endpoint;
  private final Connection connection;
  private final ServerConversation conversation;
  private final @Nullable Allowance allowance; // null if nothing is limited

  Admission(EndpointRuntime endpoint, Connection connection) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.conversation =
        new ServerConversation(
            endpoint.protocol(),
            connection.encoding(),
            endpoint.sessionSettings().publishing().encrypted(),
            new RequestHandler(endpoint, connection));
    this.allowance = Allowance.of(endpoint.settings().clients().rates(), endpoint.context().now());
  }

  /** Charges the rate limit for the additional logs that a message goes to. */
  void charge(int more) {
    if (allowance != null) {
      allowance.charge(more);
    }
  }

  /** Handles a complete message. */
  void received(byte[] message, boolean binary) {
    endpoint.meter().received(message.length);
    long wait = allowance == null ? 0 : allowance.message(message.length, endpoint.context().now());
    if (wait > 0) {
      refuse(
          wait,
          Limit.RATE,
          () ->
              conversation.refuse(
                  message, ErrorCode.RATE_LIMITED, "too many messages", retryAfter(wait)));
    } else if (binary == connection.encoding().binary()) {
      conversation.received(message);
    } else {
      conversation.receivedOtherKind();
    }
  }

  /**
   * Charges a request, whose message was admitted. Returns whether it may be answered; if not, the
   * client was told.
   */
  boolean asks(@Nullable Id id, int cost) {
    long wait = allowance == null ? 0 : allowance.request(cost, endpoint.context().now());
    if (wait > 0) {
      refuse(
          wait,
          Limit.REQUEST_RATE,
          () ->
              connection.refuse(
                  id,
                  new RefusedException(
                      ErrorCode.RATE_LIMITED, "too many requests", true, retryAfter(wait))));
    }
    return wait == 0;
  }

  /** Refuses a message, or closes the connection of a client that does not stop. */
  private void refuse(long wait, Limit limit, Runnable answer) {
    endpoint.meter().limit(limit);
    if (allowance != null && allowance.hopeless()) {
      connection.departure().closeWhenDone(CloseCode.RATE_LIMITED, "retryAfter=" + wait);
    } else {
      answer.run();
    }
  }

  private static Map<String, Object> retryAfter(long wait) {
    return Map.of("retryAfter", wait);
  }
}
