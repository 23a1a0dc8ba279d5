package dev.switchboard.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Messages as they travel over a bus. A batch of messages is one run of bytes, which may be cut
 * into parts. For PostgreSQL these are as many as its limit of 8,000 bytes for a payload demands,
 * and a payload is text: {@code node batch part parts base64}. Immutable.
 *
 * @param node which server sent it
 * @param batch the number of the batch, counted from 1 by each server. A number that is left out is
 *     a batch that was lost
 * @param part which part of the batch this is, from 0
 * @param parts how many parts the batch has
 * @param bytes the part
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares it
public record BusParts(String node, long batch, int part, int parts, byte[] bytes) {
  private static final int PART_BYTES = 5_800; // 7,736 in Base64, and the rest is for the numbers

  /** A message and its kind. Immutable. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares it
  public record Message(String kind, byte[] bytes) {}

  /** Returns a batch as payloads for PostgreSQL, of which no two are the same. */
  public static List<String> payloads(String node, long batch, List<Message> messages) {
    byte[] all = join(messages);
    int parts = Math.max(1, (all.length + PART_BYTES - 1) / PART_BYTES);
    List<String> payloads = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      byte[] bytes =
          Arrays.copyOfRange(all, part * PART_BYTES, Math.min((part + 1) * PART_BYTES, all.length));
      String text = Base64.getEncoder().withoutPadding().encodeToString(bytes);
      payloads.add(node + ' ' + batch + ' ' + part + ' ' + parts + ' ' + text);
    }
    return payloads;
  }

  /**
   * Reads a payload of {@link #payloads}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static BusParts read(String payload) {
    String[] fields = payload.split(" ", 5);
    if (fields.length != 5) {
      throw new IllegalArgumentException("payload: " + fields.length + " fields (expected: 5)");
    }
    return new BusParts(
        fields[0],
        Long.parseLong(fields[1]),
        Integer.parseInt(fields[2]),
        Integer.parseInt(fields[3]),
        Base64.getDecoder().decode(fields[4]));
  }

  /** Returns a batch as one run of bytes. */
  public static byte[] join(List<Message> messages) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      for (Message message : messages) {
        out.writeUTF(message.kind);
        out.writeInt(message.bytes.length);
        out.write(message.bytes);
      }
    } catch (IOException impossible) { // there is no device
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Returns the messages of a whole batch. */
  public static List<Message> messages(byte[] batch) {
    List<Message> messages = new ArrayList<>();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(batch));
    try {
      while (in.available() > 0) {
        String kind = in.readUTF();
        messages.add(new Message(kind, in.readNBytes(in.readInt())));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("batch: it ends within a message", e);
    }
    return messages;
  }
}
