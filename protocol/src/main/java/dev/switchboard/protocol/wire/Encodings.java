package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The encodings that one side speaks, JSON among them. Immutable. */
public record Encodings(List<Encoding> all) {
  /** JSON alone. */
  public static final Encodings JSON = new Encodings(List.of(Encoding.JSON));

  /**
   * How many bytes one byte of data makes at most in another encoding: a half-precision float of
   * CBOR, three bytes, may need 22 and a comma in JSON, and a control character six.
   */
  public static final int MAX_GROWTH = 8;

  /** Both, for the messages of a protocol. */
  public static Encodings of(Protocol<?> protocol) {
    return new Encodings(List.of(Encoding.JSON, Encoding.cbor(protocol)));
  }

  /** What to offer, or to choose from. */
  public List<String> subprotocols() {
    return all.stream().map(Encoding::subprotocol).toList();
  }

  /** The subprotocol that a client wants most of those known here, or null. */
  public @Nullable String firstOf(List<String> offered) {
    return offered.stream().filter(subprotocols()::contains).findFirst().orElse(null);
  }

  /**
   * How many bytes the {@code data} of a message makes in the encoding that makes most of it. It is
   * turned into the others only if that could pass the bound; else the result is what it makes as
   * it came.
   */
  public int largest(String type, Payload data, int most) {
    byte[] came = data.bytes();
    if (data.binary() ? (long) came.length * MAX_GROWTH <= most : mostCbor(came, most) <= most) {
      return came.length;
    }
    return all.stream().mapToInt(one -> one.dataBytes(type, data)).max().orElse(came.length);
  }

  /**
   * The most bytes that JSON can make as CBOR: only a number with a point or an exponent, which is
   * nine bytes there, and the head of a very long text are longer.
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

  /** What a connection speaks; without a subprotocol that is JSON. */
  public Encoding agreed(@Nullable String subprotocol) {
    return all.stream()
        .filter(one -> one.subprotocol().equals(subprotocol))
        .findFirst()
        .orElse(Encoding.JSON);
  }
}
