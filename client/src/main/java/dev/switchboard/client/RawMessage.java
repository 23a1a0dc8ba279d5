package dev.switchboard.client;

import dev.switchboard.protocol.format.Json;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A WebSocket message as it came. */
public sealed interface RawMessage {

  /** A text message. Immutable. */
  record Text(String text) implements RawMessage {

    /** The text as JSON; empty if it is none. Parsed at each call. */
    public Optional<JsonNode> json() {
      try {
        JsonNode tree = Json.MAPPER.readTree(text);
        return tree == null || tree.isMissingNode() ? Optional.empty() : Optional.of(tree);
      } catch (JacksonException other) {
        return Optional.empty();
      }
    }
  }

  /** A binary message. Its bytes are shared by all handlers: not to be changed. */
  record Binary(byte[] bytes) implements RawMessage {}
}
