package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import java.util.List;

/**
 * An encoding of envelopes on the wire. All encodings carry the same objects ({@code
 * spec/protocol.md#13-cbor}). Thread-safe.
 */
public sealed interface Encoding permits JsonEncoding, CborEncoding {
  /** JSON: one object per text message. */
  Encoding JSON = new JsonEncoding();

  /** Returns the CBOR encoding for the messages of a protocol: one map per binary message. */
  static Encoding cbor(Protocol<?> protocol) {
    return new CborEncoding(BinaryPlaces.of(protocol));
  }

  /** Returns the WebSocket subprotocol that selects this encoding. */
  String subprotocol();

  /** Whether it uses binary WebSocket messages. */
  boolean binary();

  /**
   * Reads an envelope.
   *
   * @throws Envelope.MalformedEnvelope if the message is not a valid envelope
   */
  Envelope read(byte[] message);

  /** Reads the entries of a {@code history} answer, each as an envelope of its own. */
  List<Envelope> entries(byte[] message);

  /** Writes an envelope. */
  byte[] write(Draft draft);

  /** Returns the size of a message's {@code data} in this encoding, in bytes. */
  int dataBytes(String type, Payload data);
}
