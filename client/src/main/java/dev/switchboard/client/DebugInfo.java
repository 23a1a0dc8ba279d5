package dev.switchboard.client;

import dev.switchboard.client.engine.Redaction;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Facts about a client for diagnosing problems, without secrets. Immutable.
 *
 * @param text one line per fact
 * @param json the same as a JSON object
 */
public record DebugInfo(String text, String json) {

  static DebugInfo of(WebSocketClient client) {
    ClientOptions options = client.options;
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("uri", Redaction.uri(options.request().uri()));
    facts.put("headers", Redaction.headers(options.request().headers()));
    facts.put("subprotocols", String.join(", ", options.request().subprotocols()));
    facts.put("state", client.state().name());
    SessionInfo session = client.events.session().orElse(null);
    facts.put("session", session == null ? null : session.id());
    facts.put("user", session == null ? null : session.user());
    facts.put(
        "token",
        switch (options.engine().attempt().tokens()) {
          case NONE -> null;
          case IN_MESSAGE -> "as a message";
          case IN_UPGRADE -> "header";
          case CODE_IN_MESSAGE -> "bind code, as a message";
          case CODE_IN_UPGRADE -> "bind code, as a subprotocol";
        });
    facts.put("authenticated", client.isAuthenticated());
    facts.put("rooms", String.join(", ", client.engine.rooms()));
    QueueStatus queue = client.queueStatus();
    facts.put("queue.waiting", queue.waiting());
    facts.put("queue.onTheWay", queue.onTheWay());
    facts.put("queue.bytes", queue.bytes());
    facts.put("queue.full", queue.full());
    facts.put("queue.oldest", queue.oldest().toString());
    facts.put("queue.whenFull", options.whenFull().name());
    Outbox outbox = options.outbox();
    facts.put("outbox", outbox == null ? null : outbox.path().toString());
    put(facts, client.statistics());
    facts.put("reconnect", options.reconnect().toString());
    facts.put("java", System.getProperty("java.version"));
    StringBuilder text = new StringBuilder();
    facts.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    return new DebugInfo(text.toString(), new JsonMapper().writeValueAsString(facts));
  }

  private static void put(Map<String, @Nullable Object> facts, Statistics statistics) {
    facts.put("messagesSent", statistics.sent().messages());
    facts.put("messagesReceived", statistics.received().messages());
    facts.put("bytesSent", statistics.sent().bytes());
    facts.put("bytesReceived", statistics.received().bytes());
    facts.put("uptime", statistics.uptime().toString());
    facts.put("connections", statistics.connections());
    facts.put("reconnectAttempts", statistics.reconnectAttempts());
    facts.put("roundTrip", String.valueOf(statistics.roundTrip()));
  }
}
