package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The encodings that one side supports, including JSON. Immutable. */
public record Encodings(List<Encoding> all) {
  /** JSON only. */
  public static final Encodings JSON = new Encodings(List.of(Encoding.JSON));

  /**
   * The most bytes that one byte of data can become in another encoding. A half-precision float
   * takes three bytes in CBOR and up to 22 and a comma in JSON; a control character takes six bytes
   * in JSON.
   */
  public static final int MAX_GROWTH = 8;

  /** Returns JSON and CBOR for the messages of a protocol. */
  public static Encodings of(Protocol<?> protocol) {
    return new Encodings(List.of(Encoding.JSON, Encoding.cbor(protocol)));
  }

  /** Returns the subprotocols to offer, or to choose from. */
  public List<String> subprotocols() {
    return all.stream().map(Encoding::subprotocol).toList();
  }

  /** Returns the first offered subprotocol that is supported here, or null. */
  public @Nullable String firstOf(List<String> offered) {
    return offered.stream().filter(subprotocols()::contains).findFirst().orElse(null);
  }

  /**
   * Returns the size of a message's {@code data} in the encoding where it is largest. If no
   * encoding can exceed {@code most}, it is not converted, and the result is its size as it
   * arrived.
   */
  public int largest(String type, Payload data, int most) {
    byte[] came = data.bytes();
    if (data.binary() ? (long) came.length * MAX_GROWTH <= most : mostCbor(came, most) <= most) {
      return came.length;
    }
    return all.stream().mapToInt(one -> one.dataBytes(type, data)).max().orElse(came.length);
  }

  /**
   * Returns an upper bound for the size of JSON converted to CBOR. Only two things become longer: a
   * number with a point or an exponent, which takes nine bytes, and the head of a very long text.
   */
  private static long mostCbor(byte[] json, int most) {
    long bytes = 16L + json.length + (json.length >> 15);
    if (bytes + json.length * 5L / 4 <= most) {
      return bytes;
    }
    for (int i = 1; i < json.length; i++) {
      byte b = json[i];
      if ((b == '.' || b == 'e' || b == 'E') && json[i - 1] >= '0' && json[i - 1] <= '9') {
        bytes += 6;
      }
    }
    return bytes;
  }

  /** Returns the encoding of a connection with this subprotocol; JSON if there is none. */
  public Encoding agreed(@Nullable String subprotocol) {
    return all.stream()
        .filter(one -> one.subprotocol().equals(subprotocol))
        .findFirst()
        .orElse(Encoding.JSON);
  }
}
