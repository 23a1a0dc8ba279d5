package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message as it stands on the wire ({@code spec/protocol.md#4-the-envelope}). Immutable by
 * convention.
 *
 * @param addresses where to: empty, one, or several
 * @param several whether the address was given as {@code rooms}
 * @param payload {@code data}, uninterpreted
 * @param control the whole message, if its type is a control type
 */
public record Envelope(
    String type,
    @Nullable Id id,
    @Nullable Id re,
    @Nullable String messageId,
    List<Address> addresses,
    boolean several,
    boolean fleeting,
    boolean echo,
    @Nullable String from,
    long seq,
    long timestamp,
    @Nullable Payload payload,
    @Nullable JsonNode control) {

  /**
   * Reads an envelope in JSON.
   *
   * @throws MalformedEnvelope if it is none
   */
  public static Envelope parse(byte[] json) {
    return Encoding.JSON.read(json);
  }

  /** {@code data} as JSON in UTF-8, or null. */
  public byte @Nullable [] data() {
    return payload == null ? null : payload.json();
  }

  /** An envelope that cannot be read, with its {@code id} if that much was clear. */
  public static final class MalformedEnvelope extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Id id;

    MalformedEnvelope(@Nullable Id id, String message) {
      super(
          message, null, false, false); // an answer to a peer, not a fault of ours: no stack trace
      this.id = id;
    }

    /** The message's id, if known. */
    public @Nullable Id id() {
      return id;
    }
  }
}
