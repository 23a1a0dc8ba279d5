package dev.switchboard.protocol;

import dev.switchboard.protocol.format.Cbor;
import dev.switchboard.protocol.format.Json;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The {@code data} of a message, in the encoding in which it arrived and, once it is asked for, in
 * the other one. It is thus converted at most once, however many receivers read it. Thread-safe,
 * and immutable by convention: nobody may modify the bytes.
 *
 * <p>{@code json} and {@code cbor} are filled lazily. Two threads may convert at the same time;
 * both get equal bytes, so it does not matter whose result stays.
 */
public final class Payload {
  private static final int CBOR_TEXT = 3 << 5; // the major type (RFC 8949 §3.1)

  private final boolean binary;
  private volatile byte @Nullable [] json; // null until asked for, if it arrived as CBOR
  private volatile byte @Nullable [] cbor; // null until asked for, if it arrived as JSON

  private Payload(byte @Nullable [] json, byte @Nullable [] cbor) {
    this.json = json;
    this.cbor = cbor;
    this.binary = json == null;
  }

  /** Returns a payload with JSON in UTF-8. */
  public static Payload of(byte[] json) {
    return new Payload(json, null);
  }

  /** Returns a payload with JSON in UTF-8, or null for null. */
  public static @Nullable Payload json(byte @Nullable [] json) {
    return json == null ? null : of(json);
  }

  /** Returns a payload with CBOR that has been checked ({@code spec/protocol.md#13-cbor}). */
  public static Payload cbor(byte[] cbor) {
    return new Payload(null, cbor);
  }

  /** Returns a payload that only holders of a key can read ({@code spec/encryption.md}). */
  public static Payload encrypted(String ciphertext) {
    return of(Json.MAPPER.writeValueAsBytes(ciphertext));
  }

  /**
   * Whether it is encrypted: a text, where others are objects ({@code
   * spec/protocol.md#encrypted-messages}).
   */
  public boolean encrypted() {
    byte[] came = bytes();
    return came.length > 0 && (binary ? (came[0] & 0xe0) == CBOR_TEXT : came[0] == '"');
  }

  /**
   * Returns the text of an encrypted payload.
   *
   * @throws IllegalStateException if it is not {@link #encrypted}
   */
  public String ciphertext() {
    if (!encrypted()) {
      throw new IllegalStateException("data: an object (expected: a text)");
    }
    return (binary ? Cbor.MAPPER : Json.MAPPER).readTree(bytes()).stringValue();
  }

  /** Whether it arrived as CBOR. */
  public boolean binary() {
    return binary;
  }

  /** Returns the data as JSON in UTF-8. */
  public byte[] json() {
    byte[] made = json;
    if (made == null) {
      made = Cbor.toJson(Objects.requireNonNull(cbor));
      json = made;
    }
    return made;
  }

  /**
   * Returns the data as CBOR.
   *
   * @param fromJson converts JSON to CBOR; called only if the CBOR does not exist yet
   */
  public byte[] cbor(UnaryOperator<byte[]> fromJson) {
    byte[] made = cbor;
    if (made == null) {
      made = fromJson.apply(Objects.requireNonNull(json));
      cbor = made;
    }
    return made;
  }

  /** Returns the bytes in the encoding in which they arrived. */
  public byte[] bytes() {
    return Objects.requireNonNull(binary ? cbor : json);
  }
}
