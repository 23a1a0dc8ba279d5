package dev.switchboard.server.broker;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What brokers say to each other, as bytes. Servers of two versions may run side by side, so what
 * stands here does not change: a later version only appends fields, which older ones do not read.
 */
final class BusMessages {
  static final String HEADS = "heads";
  static final String FLEETING = "fleeting";

  private static final int NO_DATA = 0;
  private static final int JSON = 1;
  private static final int CBOR = 2;

  private BusMessages() {}

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private interface Reading<T> {
    T from(DataInputStream in) throws IOException;
  }

  private static byte[] write(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writing.to(new DataOutputStream(bytes));
    } catch (IOException impossible) { // there is no device
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static <T> T read(byte[] message, Reading<T> reading) {
    try {
      return reading.from(new DataInputStream(new ByteArrayInputStream(message)));
    } catch (IOException e) {
      throw new IllegalArgumentException("a message of the bus: it ends too early", e);
    }
  }

  /** Writes the heads of some logs. */
  static byte[] heads(Map<LogKey, Position> heads) {
    return write(out -> {
      out.writeInt(heads.size());
      for (Map.Entry<LogKey, Position> head : heads.entrySet()) {
        writeLog(out, head.getKey());
        out.writeUTF(head.getValue().epoch());
        out.writeLong(head.getValue().seq());
      }
    });
  }

  static Map<LogKey, Position> heads(byte[] message) {
    return read(
        message,
        in -> {
          Map<LogKey, Position> heads = new LinkedHashMap<>();
          for (int left = in.readInt(); left > 0; left--) {
            heads.put(readLog(in), new Position(in.readUTF(), in.readLong()));
          }
          return heads;
        });
  }

  /** Writes a fleeting message. */
  static byte[] fleeting(Publication publication) {
    return write(out -> {
      writeLog(out, publication.log());
      out.writeUTF(publication.type());
      writeText(out, publication.from());
      writeText(out, publication.messageId());
      out.writeLong(publication.timestamp());
      writeText(out, publication.without());
      Payload payload = publication.payload();
      if (payload == null) {
        out.writeByte(NO_DATA);
      } else {
        out.writeByte(payload.binary() ? CBOR : JSON);
        out.writeInt(payload.bytes().length);
        out.write(payload.bytes());
      }
    });
  }

  static Publication fleeting(byte[] message) {
    return read(
        message,
        in -> {
          LogKey log = readLog(in);
          String type = in.readUTF();
          String from = readText(in);
          String messageId = readText(in);
          long timestamp = in.readLong();
          String without = readText(in);
          Payload payload = readPayload(in);
          return new Publication(
              log, type, from, messageId, timestamp, payload, true, without, Retention.DEFAULT);
        });
  }

  private static @Nullable Payload readPayload(DataInputStream in) throws IOException {
    int encoding = in.readByte();
    if (encoding == NO_DATA) {
      return null;
    }
    byte[] data = in.readNBytes(in.readInt());
    return encoding == CBOR ? Payload.cbor(data) : Payload.of(data);
  }

  private static void writeLog(DataOutputStream out, LogKey log) throws IOException {
    out.writeUTF(log.space());
    switch (log.address()) {
      case Address.Room(String name) -> out.writeUTF("room:" + name);
      case Address.User(String name) -> out.writeUTF("user:" + name);
      case Address.Everyone everyone -> out.writeUTF("everyone:");
    }
  }

  private static LogKey readLog(DataInputStream in) throws IOException {
    String space = in.readUTF();
    String address = in.readUTF();
    int colon = address.indexOf(':');
    String name = address.substring(colon + 1);
    return new LogKey(
        space,
        switch (address.substring(0, Math.max(colon, 0))) {
          case "room" -> Address.room(name);
          case "user" -> Address.user(name);
          case "everyone" -> Address.EVERYONE;
          default ->
              throw new IllegalArgumentException("a message of the bus: address: " + address);
        });
  }

  private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  private static @Nullable String readText(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }
}
