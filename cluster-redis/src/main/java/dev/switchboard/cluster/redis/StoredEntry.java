package dev.switchboard.cluster.redis;

import dev.switchboard.protocol.Address;
import dev.switchboard.protocol.Entry;
import dev.switchboard.spi.Publication;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * An entry as bytes, without its place. Servers of two versions may share a store, so what stands
 * here does not change: a later version only appends fields, which older ones do not read.
 */
final class StoredEntry {
  private StoredEntry() {}

  static byte[] write(Publication publication, byte @Nullable [] data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(100 + (data == null ? 0 : data.length));
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeUTF(publication.type());
      writeText(out, publication.from());
      writeText(out, publication.messageId());
      out.writeLong(publication.timestamp());
      out.writeInt(data == null ? -1 : data.length);
      if (data != null) {
        out.write(data);
      }
    } catch (IOException impossible) { // there is no device
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static Entry read(Address address, long seq, byte[] bytes) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      String type = in.readUTF();
      String from = readText(in);
      String messageId = readText(in);
      long timestamp = in.readLong();
      int length = in.readInt();
      byte[] data = length < 0 ? null : in.readNBytes(length);
      return new Entry(address, seq, type, from, timestamp, messageId, data);
    } catch (IOException e) {
      throw new IllegalStateException("entry " + seq + ": it ends too early", e);
    }
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
