package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message on the wire ({@code spec/protocol.md#4-the-envelope}). Immutable by convention.
 *
 * @param addresses the destination: none, one, or several
 * @param several whether the destination was given as {@code rooms}
 * @param payload {@code data}, uninterpreted
 * @param control the whole message if it has a control type, otherwise null
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
   * @throws MalformedEnvelope if the message is not a valid envelope
   */
  public static Envelope parse(byte[] json) {
    return Encoding.JSON.read(json);
  }

  /** Returns the log it was published to, or the first of several; null if it has no address. */
  public @Nullable Address address() {
    return addresses.isEmpty() ? null : addresses.get(0);
  }

  /** Returns its number in that log; 0 if it is in no log. */
  public long logSeq() {
    return fleeting ? 0 : seq;
  }

  /** Returns {@code data} as JSON in UTF-8, or null if there is none. */
  public byte @Nullable [] data() {
    return payload == null ? null : payload.json();
  }

  /** A message that is not a valid envelope, with its {@code id} if that could be read. */
  public static final class MalformedEnvelope extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Id id;

    MalformedEnvelope(@Nullable Id id, String message) {
      super(message, null, false, false); // the peer's fault and not a bug, so no stack trace
      this.id = id;
    }

    /** Returns the message's ID, or null if it is not known. */
    public @Nullable Id id() {
      return id;
    }
  }
}
