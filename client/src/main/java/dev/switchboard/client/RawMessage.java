package dev.switchboard.client;

import dev.switchboard.protocol.format.Json;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A WebSocket message as it arrived. */
public sealed interface RawMessage {

  /** A text message. Immutable. */
  record Text(String text) implements RawMessage {

    /** Parses the text as JSON; empty if it is not JSON. Parses anew at each call. */
    public Optional<JsonNode> json() {
      try {
        JsonNode tree = Json.MAPPER.readTree(text);
        return tree == null || tree.isMissingNode() ? Optional.empty() : Optional.of(tree);
      } catch (JacksonException other) {
        return Optional.empty();
      }
    }
  }

  /** A binary message. All handlers share its bytes, so they must not be modified. */
  record Binary(byte[] bytes) implements RawMessage {}
}
