package dev.switchboard.protocol.internal;

import dev.switchboard.protocol.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The encodings that one side speaks, JSON among them. Immutable. */
public record Encodings(List<Encoding> all) {
  /** JSON alone. */
  public static final Encodings JSON = new Encodings(List.of(Encoding.JSON));

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

  /** What a connection speaks; without a subprotocol that is JSON. */
  public Encoding agreed(@Nullable String subprotocol) {
    return all.stream()
        .filter(one -> one.subprotocol().equals(subprotocol))
        .findFirst()
        .orElse(Encoding.JSON);
  }
}
