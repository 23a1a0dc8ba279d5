package dev.switchboard.types;

import static dev.switchboard.types.JsonSchemas.ordered;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Describes a server as AsyncAPI 3.0: what it receives from clients and sends to them.
 *
 * @see <a href="https://www.asyncapi.com/docs/reference/specification/v3.0.0">AsyncAPI 3.0</a>
 */
final class AsyncApi {
  private static final String CHANNEL = "messages";

  private final TypeModel model;
  private final JsonSchemas schemas;

  private AsyncApi(TypeModel model) {
    this.model = model;
    this.schemas = new JsonSchemas(model, "#/components/schemas/");
  }

  static String write(TypeModel model, String hash) {
    return Yaml.write(new AsyncApi(model).document(hash));
  }

  private Map<String, Object> document(String hash) {
    return ordered(
        "asyncapi",
        "3.0.0",
        "info",
        ordered(
            "title",
            model.name(),
            "version",
            hash,
            "description",
            "Generated from "
                + model.source()
                + " by Switchboard. Messages travel as text over one WebSocket."),
        "defaultContentType",
        "application/json",
        "channels",
        ordered(CHANNEL, ordered("messages", references())),
        "operations",
        operations(),
        "components",
        ordered("messages", messages(), "schemas", schemas.declared()));
  }

  /** The channel's messages. */
  private Map<String, Object> references() {
    Map<String, Object> references = new LinkedHashMap<>();
    for (TypeModel.Message message : model.messages()) {
      references.put(message.type(), Map.of("$ref", "#/components/messages/" + message.type()));
    }
    return references;
  }

  private Map<String, Object> messages() {
    Map<String, Object> messages = new LinkedHashMap<>();
    for (TypeModel.Message message : model.messages()) {
      messages.put(
          message.type(),
          ordered(
              "name",
              message.type(),
              "summary",
              summary(message),
              "payload",
              schemas.envelope(message)));
    }
    return messages;
  }

  private static String summary(TypeModel.Message message) {
    String sender = message.fromServer() ? " Only the server sends it." : "";
    return switch (message.kind()) {
      case MESSAGE -> "A message." + sender;
      case FLEETING -> "A fleeting message: in no log, and not acknowledged." + sender;
      case REQUEST -> "A request. The reply is `" + message.reply() + "`." + sender;
      case REPLY -> "A reply.";
    };
  }

  private Map<String, Object> operations() {
    Map<String, Object> operations = new LinkedHashMap<>();
    plain(operations, "publish", "receive", message -> isPlain(message) && !message.fromServer());
    plain(operations, "deliver", "send", AsyncApi::isPlain);
    for (TypeModel.Message message : model.messages()) {
      if (message.reply() != null) {
        operations.put(
            "request_" + message.type(),
            ordered(
                "action",
                message.fromServer() ? "send" : "receive",
                "channel",
                channel(),
                "messages",
                List.of(inChannel(message.type())),
                "reply",
                ordered("channel", channel(), "messages", List.of(inChannel(message.reply())))));
      }
    }
    return operations;
  }

  private static boolean isPlain(TypeModel.Message message) {
    return message.kind() == TypeModel.Kind.MESSAGE || message.kind() == TypeModel.Kind.FLEETING;
  }

  private void plain(
      Map<String, Object> operations,
      String name,
      String action,
      Predicate<TypeModel.Message> which) {
    List<Object> messages = new ArrayList<>();
    model.messages().stream()
        .filter(which)
        .forEach(message -> messages.add(inChannel(message.type())));
    if (!messages.isEmpty()) {
      operations.put(name, ordered("action", action, "channel", channel(), "messages", messages));
    }
  }

  private static Map<String, Object> channel() {
    return Map.of("$ref", "#/channels/" + CHANNEL);
  }

  private static Map<String, Object> inChannel(String type) {
    return Map.of("$ref", "#/channels/" + CHANNEL + "/messages/" + type);
  }
}
