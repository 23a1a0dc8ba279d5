package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import java.util.List;

/**
 * A form that envelopes have on the wire, the same objects in each ({@code
 * spec/protocol.md#13-cbor}). Thread-safe.
 */
public sealed interface Encoding permits JsonEncoding, CborEncoding {
  /** One JSON object per text message. */
  Encoding JSON = new JsonEncoding();

  /** One CBOR map per binary message, for the messages of that protocol. */
  static Encoding cbor(Protocol<?> protocol) {
    return new CborEncoding(BinaryPlaces.of(protocol));
  }

  /** The WebSocket subprotocol that agrees on it. */
  String subprotocol();

  /** Whether its messages are binary messages of the WebSocket. */
  boolean binary();

  /**
   * Reads an envelope.
   *
   * @throws Envelope.MalformedEnvelope if it is none
   */
  Envelope read(byte[] message);

  /** Reads the entries of a {@code history} answer, each as the envelope it would be alone. */
  List<Envelope> entries(byte[] message);

  /** Writes an envelope. */
  byte[] write(Draft draft);

  /** How many bytes the {@code data} of a message of that type makes. */
  int dataBytes(String type, Payload data);
}
