package dev.switchboard.server.broker;

import dev.switchboard.protocol.Payload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the fields of what servers say to each other. Servers of two versions may run
 * side by side, so a message does not change: a later version only appends fields, which older ones
 * do not read.
 */
public final class BusBytes {
  private static final int NO_DATA = 0;
  private static final int JSON = 1;
  private static final int CBOR = 2;

  private BusBytes() {}

  /** Writes the fields of a message. */
  @FunctionalInterface
  public interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  /** Reads the fields of a message. */
  @FunctionalInterface
  public interface Reading<T extends @Nullable Object> {
    T from(DataInputStream in) throws IOException;
  }

  /** Returns a message with these fields. */
  public static byte[] write(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writing.to(new DataOutputStream(bytes));
    } catch (IOException tooLong) { // a name of more than 65,535 bytes; there is no device
      throw new UncheckedIOException(tooLong);
    }
    return bytes.toByteArray();
  }

  /**
   * Returns what a message says.
   *
   * @throws IllegalArgumentException if it ends too early
   */
  public static <T extends @Nullable Object> T read(byte[] message, Reading<T> reading) {
    try {
      return reading.from(new DataInputStream(new ByteArrayInputStream(message)));
    } catch (IOException e) {
      throw new IllegalArgumentException("a message of the bus: it ends too early", e);
    }
  }

  /** Writes a name, which may be missing: at most 65,535 bytes. */
  public static void name(DataOutputStream out, @Nullable String name) throws IOException {
    out.writeBoolean(name != null);
    if (name != null) {
      out.writeUTF(name);
    }
  }

  /** Reads what {@link #name(DataOutputStream, String)} has written. */
  public static @Nullable String name(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  /** Writes bytes of any number. */
  public static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Reads what {@link #bytes(DataOutputStream, byte[])} has written. */
  public static byte[] bytes(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  /** Writes a text of any length. */
  public static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads what {@link #text(DataOutputStream, String)} has written. */
  public static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  /** Writes the data of a message, which may have none, as it arrived. */
  public static void payload(DataOutputStream out, @Nullable Payload payload) throws IOException {
    if (payload == null) {
      out.writeByte(NO_DATA);
    } else {
      out.writeByte(payload.binary() ? CBOR : JSON);
      bytes(out, payload.bytes());
    }
  }

  /** Reads what {@link #payload(DataOutputStream, Payload)} has written. */
  public static @Nullable Payload payload(DataInputStream in) throws IOException {
    int encoding = in.readByte();
    if (encoding == NO_DATA) {
      return null;
    }
    byte[] data = bytes(in);
    return encoding == CBOR ? Payload.cbor(data) : Payload.of(data);
  }
}
