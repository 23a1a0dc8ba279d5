package dev.switchboard.server.session;

import dev.switchboard.protocol.CloseCode;
import dev.switchboard.protocol.ErrorCode;
import dev.switchboard.protocol.server.ServerConversation;
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
  private final @Nullable Allowance allowance; // null if the rate is not limited

  Admission(EndpointRuntime endpoint, Connection connection) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.conversation =
        new ServerConversation(
            endpoint.protocol(), connection.encoding(), new RequestHandler(endpoint, connection));
    Allowance.Rate rate = endpoint.sessionSettings().publishing().rate();
    this.allowance = rate == null ? null : new Allowance(rate, endpoint.context().now());
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
    if (allowance == null || allowance.take(endpoint.context().now())) {
      if (binary == connection.encoding().binary()) {
        conversation.received(message);
      } else {
        conversation.receivedOtherKind();
      }
    } else if (allowance.hopeless()) {
      endpoint.meter().limit(Limit.RATE);
      connection
          .departure()
          .closeWhenDone(CloseCode.RATE_LIMITED, "retryAfter=" + allowance.retryAfter());
    } else {
      endpoint.meter().limit(Limit.RATE);
      conversation.refuse(
          message,
          ErrorCode.RATE_LIMITED,
          "too many messages",
          Map.of("retryAfter", allowance.retryAfter()));
    }
  }
}
