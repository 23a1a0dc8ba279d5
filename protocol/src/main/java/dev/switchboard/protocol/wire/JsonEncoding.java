package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.format.Json;
import java.util.List;

/** The encoding {@code switchboard.v1.json}. */
record JsonEncoding() implements Encoding {
  @Override
  public String subprotocol() {
    return "switchboard.v1.json";
  }

  @Override
  public boolean binary() {
    return false;
  }

  @Override
  public Envelope read(byte[] message) {
    return new EnvelopeReader(message, Json.MAPPER, false).read();
  }

  @Override
  public List<Envelope> entries(byte[] message) {
    return Entries.in(message, Json.MAPPER, this);
  }

  @Override
  public byte[] write(Draft draft) {
    JsonWriter out = new JsonWriter(draft.size());
    draft.write(out);
    return out.finish();
  }

  @Override
  public int dataBytes(String type, Payload data) {
    return data.json().length;
  }
}
