package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.format.Cbor;
import dev.switchboard.protocol.wire.Envelope.MalformedEnvelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The encoding {@code switchboard.v1.cbor}. */
record CborEncoding(BinaryPlaces.OfTypes places) implements Encoding {
  @Override
  public String subprotocol() {
    return "switchboard.v1.cbor";
  }

  @Override
  public boolean binary() {
    return true;
  }

  @Override
  public Envelope read(byte[] message) {
    try {
      CborCheck.check(message);
    } catch (MalformedEnvelope unsound) {
      throw new MalformedEnvelope(idOf(message), String.valueOf(unsound.getMessage()));
    }
    return new EnvelopeReader(message, Cbor.MAPPER, true).read();
  }

  /** Returns the ID to answer, if it comes before the error in an invalid message. */
  private static @Nullable Id idOf(byte[] message) {
    try {
      return new EnvelopeReader(message, Cbor.MAPPER, true).read().id();
    } catch (MalformedEnvelope malformed) {
      return malformed.id();
    } catch (RuntimeException broken) { // Jackson need not cope with invalid bytes
      return null;
    }
  }

  @Override
  public List<Envelope> entries(byte[] message) {
    return Entries.in(message, Cbor.MAPPER, this);
  }

  @Override
  public byte[] write(Draft draft) {
    CborWriter out = new CborWriter(draft.size(), places);
    draft.write(out);
    return out.finish();
  }

  @Override
  public int dataBytes(String type, Payload data) {
    return CborWriter.bytes(places, type, data).length;
  }
}
