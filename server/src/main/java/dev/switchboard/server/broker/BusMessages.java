package dev.switchboard.server.broker;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Payload;
import dev.switchboard.spi.LogKey;
import dev.switchboard.spi.Position;
import dev.switchboard.spi.Publication;
import dev.switchboard.spi.Retention;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What brokers say to each other, as {@link BusBytes}. */
final class BusMessages {
  static final String HEADS = "heads";
  static final String FLEETING = "fleeting";

  private BusMessages() {}

  /** Writes the heads of some logs. */
  static byte[] heads(Map<LogKey, Position> heads) {
    return BusBytes.write(out -> {
      out.writeInt(heads.size());
      for (Map.Entry<LogKey, Position> head : heads.entrySet()) {
        writeLog(out, head.getKey());
        out.writeUTF(head.getValue().epoch());
        out.writeLong(head.getValue().seq());
      }
    });
  }

  static Map<LogKey, Position> heads(byte[] message) {
    return BusBytes.read(
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
    return BusBytes.write(out -> {
      writeLog(out, publication.log());
      out.writeUTF(publication.type());
      BusBytes.name(out, publication.from());
      BusBytes.name(out, publication.messageId());
      out.writeLong(publication.timestamp());
      BusBytes.name(out, publication.without());
      BusBytes.payload(out, publication.payload());
    });
  }

  static Publication fleeting(byte[] message) {
    return BusBytes.read(
        message,
        in -> {
          LogKey log = readLog(in);
          String type = in.readUTF();
          String from = BusBytes.name(in);
          String messageId = BusBytes.name(in);
          long timestamp = in.readLong();
          String without = BusBytes.name(in);
          Payload payload = BusBytes.payload(in);
          return new Publication(
              log, type, from, messageId, timestamp, payload, true, without, Retention.DEFAULT);
        });
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
}
