package dev.switchboard.client.outbox;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.client.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record in an outbox's file. It consists of a 4-byte mark, the length of the body, a CRC-32C of
 * length and body, and the body: the kind, the number and, for a message, its fields. Integers are
 * big-endian. Immutable.
 */
sealed interface OutboxRecord {
  int MARK = 0x8e5b0b01;
  int HEAD = 12;
  int MAX_LENGTH = 1 << 30;

  /** Returns the message's number, counted from 1 in each file and never reused. */
  long number();

  /** A message, and when it was stored by the wall clock. */
  record Stored(long number, long at, Command.Publish message) implements OutboxRecord {}

  /** The message with this number is no longer needed. */
  record Done(long number) implements OutboxRecord {}

  /** Returns the record as it is stored. */
  default byte[] bytes() {
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(body)) {
      switch (this) {
        case Stored stored -> {
          out.writeByte(1);
          out.writeLong(stored.number);
          out.writeLong(stored.at);
          message(out, stored.message);
        }
        case Done done -> {
          out.writeByte(2);
          out.writeLong(done.number);
        }
      }
    } catch (IOException impossible) { // because it writes to memory
      throw new UncheckedIOException(impossible);
    }
    byte[] payload = body.toByteArray();
    return ByteBuffer.allocate(HEAD + payload.length)
        .putInt(MARK)
        .putInt(payload.length)
        .putInt(checksum(payload, 0, payload.length))
        .put(payload)
        .array();
  }

  /**
   * Returns the length of the record that starts at this index, including its head; 0 if there is
   * no complete record.
   */
  static int length(byte[] file, int at) {
    if (file.length - at < HEAD || int32(file, at) != MARK) {
      return 0;
    }
    int length = int32(file, at + 4);
    if (length < 9 || length > MAX_LENGTH || length > file.length - at - HEAD) {
      return 0;
    }
    return int32(file, at + 8) == checksum(file, at + HEAD, length) ? HEAD + length : 0;
  }

  /** Reads the complete record that starts at this index; null if its kind is unknown. */
  static @Nullable OutboxRecord read(byte[] file, int at, int length) {
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(file, at + HEAD, length - HEAD))) {
      return switch (in.readByte()) {
        case 1 -> new Stored(in.readLong(), in.readLong(), message(in));
        case 2 -> new Done(in.readLong());
        default -> null;
      };
    } catch (IOException | IllegalArgumentException unreadable) {
      return null;
    }
  }

  /** Reads the integer at this index. */
  static int int32(byte[] file, int at) {
    return ByteBuffer.wrap(file).getInt(at);
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(0, length));
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static void message(DataOutputStream out, Command.Publish message) throws IOException {
    out.writeUTF(message.type());
    out.writeUTF(message.messageId());
    out.writeBoolean(message.several());
    out.writeBoolean(message.echo());
    out.writeInt(message.addresses().size());
    for (Address address : message.addresses()) {
      switch (address) {
        case Address.Room room -> name(out, 'r', room.name());
        case Address.User user -> name(out, 'u', user.name());
        case Address.Everyone everyone -> name(out, 'e', "");
      }
    }
    byte[] data = message.data();
    out.writeInt(data == null ? -1 : data.length);
    if (data != null) {
      out.write(data);
    }
  }

  private static void name(DataOutputStream out, char kind, String name) throws IOException {
    out.writeByte(kind);
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    out.writeShort(utf8.length);
    out.write(utf8);
  }

  private static Command.Publish message(DataInputStream in) throws IOException {
    String type = in.readUTF();
    String messageId = in.readUTF();
    boolean several = in.readBoolean();
    boolean echo = in.readBoolean();
    int count = in.readInt();
    List<Address> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(address(in));
    }
    int length = in.readInt();
    byte[] data = length < 0 ? null : in.readNBytes(length);
    return new Command.Publish(type, messageId, addresses, several, echo, data);
  }

  private static Address address(DataInputStream in) throws IOException {
    int kind = in.readByte();
    String name = new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.UTF_8);
    return switch (kind) {
      case 'r' -> Address.room(name);
      case 'u' -> Address.user(name);
      case 'e' -> Address.EVERYONE;
      default -> throw new IOException("address: " + kind + " (expected: r, u or e)");
    };
  }
}
