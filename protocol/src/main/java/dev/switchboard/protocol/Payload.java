package dev.switchboard.protocol;

import dev.switchboard.protocol.format.Cbor;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data} of a message, as it came and, once somebody asks, in the other encoding. So it
 * is turned at most once, however many read it. Thread-safe; immutable by convention: nobody writes
 * into the bytes.
 */
public final class Payload {
  private final boolean binary;
  private volatile byte @Nullable [] json;
  private volatile byte @Nullable [] cbor;

  private Payload(byte @Nullable [] json, byte @Nullable [] cbor) {
    this.json = json;
    this.cbor = cbor;
    this.binary = json == null;
  }

  /** What JSON in UTF-8 says. */
  public static Payload of(byte[] json) {
    return new Payload(json, null);
  }

  /** What JSON in UTF-8 says; null for null. */
  public static @Nullable Payload json(byte @Nullable [] json) {
    return json == null ? null : of(json);
  }

  /** What CBOR says that was found to be sound ({@code spec/protocol.md#13-cbor}). */
  public static Payload cbor(byte[] cbor) {
    return new Payload(null, cbor);
  }

  /** Whether it came as CBOR. */
  public boolean binary() {
    return binary;
  }

  /** JSON in UTF-8. */
  public byte[] json() {
    byte[] made = json;
    if (made == null) {
      made = Cbor.toJson(Objects.requireNonNull(cbor));
      json = made;
    }
    return made;
  }

  /**
   * CBOR.
   *
   * @param fromJson makes it, if it is not there yet
   */
  public byte[] cbor(UnaryOperator<byte[]> fromJson) {
    byte[] made = cbor;
    if (made == null) {
      made = fromJson.apply(Objects.requireNonNull(json));
      cbor = made;
    }
    return made;
  }

  /** The bytes as they came. */
  public byte[] bytes() {
    return Objects.requireNonNull(binary ? cbor : json);
  }
}
