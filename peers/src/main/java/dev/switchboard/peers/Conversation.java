package dev.switchboard.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A row of {@code conversations.txt}: what a peer sends to an echo server, and what it gets back.
 *
 * @param section the heading it is under
 */
public record Conversation(String section, String sent, String answered) {

  /** Returns all rows, in order. */
  public static List<Conversation> all() {
    List<Conversation> all = new ArrayList<>();
    String section = "";
    for (String line : (Iterable<String>) file().lines()::iterator) {
      int bar = line.indexOf('|');
      if (line.startsWith("## ")) {
        section = line.substring(3);
      } else if (bar > 0 && !line.startsWith("#")) {
        all.add(
            new Conversation(
                section, line.substring(0, bar).strip(), line.substring(bar + 1).strip()));
      }
    }
    return all;
  }

  private static String file() {
    try (InputStream in =
        Objects.requireNonNull(Conversation.class.getResourceAsStream("conversations.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the bytes that the peer sends, framed for its role. */
  public byte[] bytes(BarePeer peer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String frame : sent.split(" ", -1)) {
      int first = Integer.parseInt(frame.substring(0, 2), 16);
      out.writeBytes(peer.framed(first, payload(frame.substring(3))));
    }
    return out.toByteArray();
  }

  /** Returns what the peer gets back: frames, {@code echo CODE} or {@code close CODE}. */
  public List<String> answers() {
    return Arrays.asList(answered.split(" (?=[0-9a-f]{2}:|echo|close)", -1));
  }

  /** Whether it is short enough to try every way of splitting it. */
  public boolean isShort() {
    return !sent.matches(".*\\d{3,}\\*.*");
  }

  /** Returns the payload of a frame in the file. */
  public static byte[] payload(String text) {
    if (text.startsWith("#")) {
      return HexFormat.of().parseHex(text.substring(1));
    }
    int star = text.indexOf('*');
    String plain =
        star < 0
            ? text
            : text.substring(star + 1).repeat(Integer.parseInt(text.substring(0, star)));
    return plain.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return section + ": " + (sent.length() > 80 ? sent.substring(0, 80) + "…" : sent);
  }
}
