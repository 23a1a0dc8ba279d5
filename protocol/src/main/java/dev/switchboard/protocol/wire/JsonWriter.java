package dev.switchboard.protocol.wire;

import dev.switchboard.protocol.Payload;
import dev.switchboard.protocol.format.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/** Writes an envelope as JSON in UTF-8. Confined to one thread, used once. */
final class JsonWriter implements EnvelopeWriter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes; // replaced by a larger array when full
  private int at; // how much of it is used
  private boolean comma; // whether a comma goes before the next key or element

  JsonWriter(int size) {
    bytes = new byte[size];
    open('{');
  }

  byte[] finish() {
    endObject();
    return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
  }

  @Override
  public void text(String key, String value) {
    key(key);
    string(value);
  }

  @Override
  public void number(String key, long value) {
    key(key);
    ascii(Long.toString(value));
  }

  @Override
  public void flag(String key, boolean value) {
    key(key);
    ascii(value ? "true" : "false");
  }

  @Override
  public void texts(String key, Collection<String> values) {
    array(key);
    for (String value : values) {
      comma();
      string(value);
    }
    endArray();
  }

  @Override
  public void object(String key) {
    key(key);
    open('{');
  }

  @Override
  public void array(String key) {
    key(key);
    open('[');
  }

  @Override
  public void element() {
    comma();
    open('{');
  }

  @Override
  public void endObject() {
    close('}');
  }

  @Override
  public void endArray() {
    close(']');
  }

  @Override
  public void data(String type, Payload payload) {
    key("data");
    byte[] json = payload.json();
    room(json.length + 1);
    System.arraycopy(json, 0, bytes, at, json.length);
    at += json.length;
  }

  private void key(String key) {
    comma();
    string(key);
    room(1);
    bytes[at++] = ':';
  }

  private void comma() {
    if (comma) {
      room(1);
      bytes[at++] = ',';
    }
    comma = true;
  }

  private void open(char bracket) {
    room(1);
    bytes[at++] = (byte) bracket;
    comma = false;
  }

  private void close(char bracket) {
    room(1);
    bytes[at++] = (byte) bracket;
    comma = true;
  }

  private void ascii(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[at++] = (byte) text.charAt(i);
    }
  }

  private void string(String value) {
    int length = value.length();
    room(length + 2);
    bytes[at++] = '"';
    int i = 0;
    while (i < length && plain(value.charAt(i))) {
      bytes[at++] = (byte) value.charAt(i++);
    }
    if (i < length) {
      special(value, i);
    }
    room(1);
    bytes[at++] = '"';
  }

  private static boolean plain(char c) {
    return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
  }

  /** Writes the rest of a string from the first character that is not plain ASCII (RFC 8259 §7). */
  private void special(String value, int from) {
    room((value.length() - from) * 6 + 1);
    for (int i = from; i < value.length(); i++) {
      char c = value.charAt(i);
      if (plain(c)) {
        bytes[at++] = (byte) c;
      } else if (c == '"' || c == '\\') {
        bytes[at++] = '\\';
        bytes[at++] = (byte) c;
      } else if (c < ' ') {
        escaped(c);
      } else {
        int point = Utf8.pointAt(value, i);
        at = Utf8.put(point, bytes, at);
        i += Character.charCount(point) - 1;
      }
    }
  }

  private void escaped(char c) {
    bytes[at++] = '\\';
    switch (c) {
      case '\n' -> bytes[at++] = 'n';
      case '\r' -> bytes[at++] = 'r';
      case '\t' -> bytes[at++] = 't';
      case '\b' -> bytes[at++] = 'b';
      case '\f' -> bytes[at++] = 'f';
      default -> {
        bytes[at++] = 'u';
        bytes[at++] = '0';
        bytes[at++] = '0';
        bytes[at++] = HEX[c >> 4];
        bytes[at++] = HEX[c & 15];
      }
    }
  }

  private void room(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(at + more, bytes.length * 2));
    }
  }
}
